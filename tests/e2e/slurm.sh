#!/usr/bin/env bash
# slurm.sh - a sweep as a job array on a real slurmctld with two nodes on loopback: a node is killed with its task, the
# task is requeued, the merge equals one machine's result.
# uncounted: what it runs is counted in sweep.sh
# shellcheck source=tests/e2e/lib.bash
. "$(dirname "$0")/lib.bash"
root=$PWD

for command in slurmctld slurmd munged sbatch scontrol sqlite3 python3; do
    PATH=$PATH:/usr/sbin command -v $command > /dev/null || { skip "a sweep under slurm" "no $command here" && exit 0; }
done
[ "$(id -u)" -eq 0 ] || { skip "a sweep under slurm" "its daemons start as root" && exit 0; }
PATH=$PATH:/usr/sbin
started=()                              # daemons, by process id

# kill_node NAME: the daemon of a node with all it runs and what watches that, at once.
kill_node() {
    local at pid
    kill -9 "${node[$1]}"
    for at in /proc/[0-9]*/environ; do
        pid=${at#/proc/} pid=${pid%/environ}
        if grep -qzx "SLURMD_NODENAME=$1" "$at"; then
            kill -9 "$(ps -o ppid= -p "$pid" | tr -d ' ')" "$pid"
        fi
    done 2> /dev/null
}
stop() {
    scontrol shutdown > /dev/null 2>&1
    kill "${started[@]}" 2> /dev/null
    sleep 0.5
    kill -9 "${started[@]}" 2> /dev/null
    wait 2> /dev/null
    rm -rf "$work"
}
trap stop EXIT

# until_true SECONDS COMMAND..
until_true() {
    local left=$(($1 * 5))
    shift
    until "$@"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || return 1
        sleep 0.2
    done
}

# ---- the cluster
mkdir -p "$work"/{state,log,run,munge}
chmod 755 "$work"
chmod 700 "$work/munge"
head -c 1024 /dev/urandom > "$work/munge/key"
chmod 400 "$work/munge/key"
read -r port_ctl port_1 port_2 < <(python3 -c '
import socket
s = [socket.socket() for _ in range(3)]
for x in s:
    x.bind(("127.0.0.1", 0))
print(*[x.getsockname()[1] for x in s])')
host=$(hostname -s)
cat > "$work/slurm.conf" << END
ClusterName=fade
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=$port_ctl
AuthType=auth/munge
AuthInfo=socket=$work/run/munge,cred_expire=5
CredType=cred/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool-%n
SlurmctldPidFile=$work/run/slurmctld
SlurmdPidFile=$work/run/slurmd-%n
SlurmdTimeout=10
SlurmctldTimeout=10
KillWait=1
MinJobAge=600
ReturnToService=2
JobRequeue=1
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$port_1 CPUs=1 State=UNKNOWN
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$port_2 CPUs=1 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF=$work/slurm.conf
munged --foreground --force --socket="$work/run/munge" --key-file="$work/munge/key" --pid-file="$work/munge/pid" \
    --log-file="$work/munge/log" --seed-file="$work/munge/seed" --num-threads=2 > "$work/log/munged" 2>&1 &
started+=($!)
until_true 5 [ -S "$work/run/munge" ]
slurmctld -D > "$work/log/slurmctld" 2>&1 &
started+=($!)
declare -A node
for name in n1 n2; do
    slurmd -D -N $name > "$work/log/$name" 2>&1 &
    node[$name]=$!
    started+=($!)
done
idle() { [ "$(sinfo -h -o '%D %T' 2> /dev/null)" = "2 idle" ]; }
if until_true 20 idle; then ok "two nodes are up"; else
    bad "two nodes are up" "$(tail -n 5 "$work"/log/*)"
    exit 0
fi

# ---- the sweep
cases=600000
[[ $FADE == *build-cov* ]] && cases=20000       # counting lines costs thirty times as much
cat > "$work/life.toml" << END
[run]
name = "slurm"
cycles = 1000
[cell]
nominal_capacity = "2 Ah"
[source]
plugin = "constant"
[[physics]]
plugin = "xu2018"
[sweep]
n = $cases
collect = ["end_of_life_cycle", "soh"]
[sweep.axes]
"physics.k_t" = { kind = "lognormal", mean = 4e-10, sd = 1e-10 }
"source.depth" = { from = 0.2, to = 1.0 }
END
cd "$work" || exit
FADE=$root/$FADE
check "a plan" "$FADE" sweep plan life.toml -o life.plan --quiet
check "its job array" "$FADE" sweep slurm life.plan --tasks 6 -o life.sbatch
check "one machine's result" "$FADE" sweep run life.plan --store whole.sqlite --quiet
check "is submitted, the merge behind it" bash life.sbatch
running() { [ -n "$(squeue -h -t RUNNING -w "$1" -o '%i')" ]; }
until_true 20 running n1
sleep 0.2
task=$(squeue -h -t RUNNING -w n1 -o '%i' | head -n 1)
kill_node n1
check "a node is killed with its task ($task)" [ -n "$task" ]
down() { [[ $(sinfo -h -n n1 -o '%T') == *down* ]]; }
check "slurm finds it down" until_true 30 down
slurmd -D -N n1 > "$work/log/n1-again" 2>&1 &
started+=($!)
merged() { [ -s life-shards/sweep.sqlite ] && [ -z "$(squeue -h)" ]; }
if until_true 90 merged; then ok "all tasks end, and the merge"; else
    bad "all tasks end, and the merge" \
        "$(squeue; scontrol show job | head -40; tail -n 20 life-shards/merge.log ./*.log)"
fi
scontrol show job > jobs.txt
if grep -q 'Restarts=[1-9]' jobs.txt; then ok "the killed task was requeued"; else
    bad "the killed task was requeued" "$(cat jobs.txt; grep -i requeue "$work/log/slurmctld")"
fi
"$FADE" sweep status life-shards/sweep.sqlite > status 2>&1
check "nothing is missing" grep -q "missing *0" status
"$FADE" sweep table whole.sqlite > whole.csv
"$FADE" sweep table life-shards/sweep.sqlite > merged.csv
same "the same rows as on one machine" whole.csv merged.csv

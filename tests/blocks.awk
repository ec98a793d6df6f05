# blocks.awk - the ```lua blocks of a Markdown page as one program, each line where it stands in the page;
# with -v want=text the lines of its ```text blocks.
BEGIN { if (!want) want = "lua" }
/^```/ {
    on = !on && $0 == "```" want
    if (want == "lua") print ""
    next
}
on { print; next }
want == "lua" { print "" }

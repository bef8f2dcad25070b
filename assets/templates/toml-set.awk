# Sets one key of a TOML file in the table where it belongs, and leaves every other line as it is.
#   awk -v path='plugins|io.containerd.grpc.v1.cri|registry|config_path' -v value='"/etc/…"' -f toml-set.awk FILE
#   awk -v drop='plugins|io.containerd.grpc.v1.cri|registry|mirrors' -f toml-set.awk FILE
# path: names joined by |, the last one is the key. value: TOML text. drop: comments out all tables below that one.
# Exit 3 with a message on stderr when the file is written in a way that cannot be edited line by line.
# Plain POSIX awk: the hosts have mawk, and may have neither python nor a TOML tool.

# Reads a dotted key from the front of text; sets `rest` to what follows it. Quoted parts lose their quotes.
function dotted(text,   out, part, c, k) {
  out = ""
  while (1) {
    sub(/^[ \t]+/, "", text)
    c = substr(text, 1, 1)
    if (c == "\"" || c == "'") {
      text = substr(text, 2)
      k = index(text, c)
      if (k == 0) { rest = ""; return out "?" }
      part = substr(text, 1, k - 1)
      text = substr(text, k + 1)
    } else {
      match(text, /^[A-Za-z0-9_-]*/)
      part = substr(text, 1, RLENGTH)
      text = substr(text, RLENGTH + 1)
    }
    out = out part
    sub(/^[ \t]+/, "", text)
    if (substr(text, 1, 1) != ".") { rest = text; return out }
    out = out "|"
    text = substr(text, 2)
  }
}

# Follows a value over its line: `depth` counts open brackets, `open` is the quote that ends a text of several lines.
function follow(text,   k, c, three) {
  while (text != "") {
    if (open != "") {
      k = index(text, open)
      if (k == 0) return
      text = substr(text, k + 3)
      open = ""
      continue
    }
    c = substr(text, 1, 1)
    three = substr(text, 1, 3)
    if (c == "#") return
    if (three == "\"\"\"" || three == "'''") {
      open = three
      text = substr(text, 4)
      continue
    }
    text = substr(text, 2)
    if (c == "\"") {
      while (text != "" && substr(text, 1, 1) != "\"") {
        if (substr(text, 1, 1) == "\\") text = substr(text, 2)
        text = substr(text, 2)
      }
      text = substr(text, 2)
    } else if (c == "'") {
      k = index(text, "'")
      text = k == 0 ? "" : substr(text, k + 1)
    } else if (c == "[" || c == "{") depth++
    else if (c == "]" || c == "}") depth--
  }
}

function below(name, parent) {
  return substr(name, 1, length(parent) + 1) == (parent "|")
}

# a|b.c|d → a."b.c".d
function written(names,   list, count, i, out) {
  count = split(names, list, "|")
  out = ""
  for (i = 1; i <= count; i++) {
    if (i > 1) out = out "."
    out = out (list[i] ~ /^[A-Za-z0-9_-]+$/ ? list[i] : "\"" list[i] "\"")
  }
  return out
}

function indent(text) {
  match(text, /^[ \t]*/)
  return substr(text, 1, RLENGTH)
}

{
  line[NR] = $0
  table[NR] = now
  if (depth > 0 || open != "") {
    kind[NR] = "more"
    follow($0)
    next
  }
  text = $0
  sub(/^[ \t]+/, "", text)
  if (text == "" || text ~ /^#/) next
  if (text ~ /^\[\[/) {
    now = dotted(substr(text, 3)) "[]"
    kind[NR] = "table"
    table[NR] = now
  } else if (text ~ /^\[/) {
    now = dotted(substr(text, 2))
    kind[NR] = "table"
    table[NR] = now
  } else {
    kind[NR] = "key"
    name = dotted(text)
    full[NR] = now == "" ? name : now "|" name
    sub(/^[ \t]*=[ \t]*/, "", rest)
    start[NR] = substr(rest, 1, 1)
    head[NR] = substr($0, 1, length($0) - length(rest))
    follow(rest)
  }
}

END {
  if (drop != "") {
    for (n = 1; n <= NR; n++) {
      if (below(table[n], drop) && line[n] !~ /^[ \t]*$/) print "# threebody: " line[n]
      else print line[n]
    }
    exit 0
  }
  parent = path
  key = path
  if (sub(/\|[^|]*$/, "", parent) == 0) parent = ""
  sub(/^.*\|/, "", key)
  found = 0; header = 0; sibling = 0
  for (n = 1; n <= NR; n++) {
    if (kind[n] == "key") {
      if (full[n] == path) found = n
      else if (start[n] == "{" && below(path, full[n])) {
        print "line " n " holds a whole table in braces; write it as a table of its own: " line[n] > "/dev/stderr"
        exit 3
      } else if (parent != "" && below(full[n], parent) && table[n] != parent && !below(table[n], parent)) sibling = n
    } else if (kind[n] == "table" && table[n] == parent) header = n
  }
  addition = key " = " value
  if (found == 0 && parent == "") print addition
  for (n = 1; n <= NR; n++) {
    if (n == found) {
      print head[n] value
      while (kind[n + 1] == "more") n++
    } else print line[n]
    if (found == 0 && n == header) print indent(line[n]) "  " addition
    else if (found == 0 && header == 0 && n == sibling) {
      print indent(line[n]) written(table[n] == "" ? path : substr(path, length(table[n]) + 2)) " = " value
      done = 1
    }
  }
  if (found == 0 && header == 0 && parent != "" && !done) {
    print ""
    print "[" written(parent) "]"
    print "  " addition
  }
}

# Gives the container calico-node in Calico's manifest two settings, and leaves every other line as it is.
#   awk -v pods=10.244.0.0/16 -f calico-env.awk calico.yaml
# An entry of that name which is there already is replaced; the commented ones are only examples and stay.
function depth(text) {
  match(text, /^ */)
  return RLENGTH
}
{
  if (skip && depth($0) > at) next
  skip = 0
}
/^---/ { daemon = 0; container = 0; inside = 0 }
/^kind: DaemonSet/ { daemon = 1 }
container && NF && depth($0) < column { container = 0; inside = 0 }
daemon && /^ *- name: calico-node *$/ { container = 1; column = depth($0) + 2; inside = 0 }
inside && depth($0) <= edge && NF && $0 !~ /^ *[-#]/ { inside = 0 }
inside && /^ *- name: (CALICO_IPV4POOL_CIDR|IP_AUTODETECTION_METHOD) *$/ {
  skip = 1
  at = depth($0)
  next
}
{ print }
container && /^ *env: *$/ && depth($0) == column {
  inside = 1
  edge = column
  pad = sprintf("%" (column + 2) "s", "")
  print pad "- name: CALICO_IPV4POOL_CIDR"
  print pad "  value: \"" pods "\""
  print pad "- name: IP_AUTODETECTION_METHOD"
  print pad "  value: \"kubernetes-internal-ip\""
}

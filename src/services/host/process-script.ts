/** How busy the processes of a host are now: read twice, some seconds apart. */

/**
 * `ps` counts a process's share of the processor over its whole life: what has been idle for a week and takes a whole core
 * now stands at nothing. So the counters of /proc are kept from one turn to the next. `tb_ticks` prints the seconds since the
 * boot and, of every process, its number, its start and the time that it has taken, in hundredths of a second (proc(5): fields
 * 22, 14 and 15, behind a name that may hold anything). `tb_processes` prints the busiest, as `pid user cpu rss args`, from
 * $before and $ticks. Of a process that came between them all of its time counts; one that came after them is told as idle.
 *
 * sed reads to the end where head would not: the loop ignores SIGPIPE, so sort would complain of it in every turn.
 */
export const PROCESS_FUNCTIONS = String.raw`tb_ticks() {
  cat /proc/uptime /proc/[0-9]*/stat 2>/dev/null | sed 's/ (.*) / /' |
    awk 'NR == 1 { print "up", "-", $1; next } { print $1, $21, $13 + $14 }'
}
tb_processes() {
  {
    printf '%s\n' "$before" | sed 's/^/B /'
    printf '%s\n' "$ticks" | sed 's/^/A /'
    ps -e -o pid=,user=,pcpu=,rss=,args= 2>/dev/null | sed 's/^/P /'
  } | awk '
    $1 == "B" { old[$2 " " $3] = $4; next }
    $1 == "A" { taken[$2] = $4; start[$2] = $3; next }
    {
      seconds = taken["up"] - old["up -"]
      cpu = 0
      if (($2 in taken) && seconds > 0) cpu = (taken[$2] - old[$2 " " start[$2]]) / seconds
      $1 = ""
      $4 = sprintf("%.1f", cpu > 0 ? cpu : 0)
      print
    }' | sort -k 3,3nr -k 4,4nr | sed -n 1,20p | cut -c 1-300
}`;

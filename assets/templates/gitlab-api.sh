# shellcheck shell=bash disable=SC2154
# GitLab's REST API (v4) from an action: curl reads the token from a file, so it is in no argument and no process list.
# Before: gl_url and gl_project are set, and "$TB_FILES/gitlab-token" may be there.

# gl_ready: true when there is a token and a project to ask about.
gl_ready() {
  [ -s "$TB_FILES/gitlab-token" ] && [ -n "${gl_project:-}" ]
}

# gl_open: make curl's settings. The path of a project is one word in the API: every slash is written %2F.
gl_open() {
  local token=''
  IFS= read -r token <"$TB_FILES/gitlab-token" || true
  if [[ ! "$token" =~ ^[A-Za-z0-9._=-]+$ ]]; then
    tb_fail "gitlab_api_token does not look like a token of GitLab's"
    return 1
  fi
  (umask 077 && printf 'header = "PRIVATE-TOKEN: %s"\n' "$token" >"$TB_FILES/gitlab.curl")
  gl_base="${gl_url%/}/api/v4/projects/${gl_project//\//%2F}"
}

# gl METHOD PATH [curl's arguments]: the status code on stdout (000: no answer), the body in "$TB_FILES/answer".
gl() {
  local method="$1" path="$2"
  shift 2
  : >"$TB_FILES/answer"
  curl --silent --config "$TB_FILES/gitlab.curl" --request "$method" --output "$TB_FILES/answer" --write-out '%{http_code}' \
    --connect-timeout 15 --max-time 60 "$@" "$gl_base$path" || true
}

# gl_away CODE: true for what passes by itself: no answer, too many questions, trouble at GitLab's own end.
gl_away() {
  case "$1" in
    000 | 429 | 5??) return 0 ;;
    *) return 1 ;;
  esac
}

# gl_refused CODE WHAT: fail with what GitLab said.
gl_refused() {
  local words
  words="$(jq -r '.message // .error // empty | if type == "string" then . else tojson end' "$TB_FILES/answer" 2>/dev/null | head -c 300 || true)"
  case "$1" in
    000) tb_fail "$2: $gl_url does not answer. Look at this VM's internet and DNS (A4), and at gitlab_url." ;;
    401) tb_fail "$2: GitLab does not take the token (401). It may have expired; make one with the scope api." ;;
    403) tb_fail "$2: the token may not do this (403). It takes the scope api and the role Maintainer in $gl_project. $words" ;;
    404) tb_fail "$2: GitLab knows no project $gl_project that this token may see (404). Look at gitlab_project." ;;
    *) tb_fail "$2: GitLab answered $1. $words" ;;
  esac
}

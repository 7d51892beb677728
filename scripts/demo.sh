#!/usr/bin/env bash
# Plays the user guide against a development server, showing each command with its real output, then keeps serving.
#   scripts/demo.sh PATH-OF-CODER
set -euo pipefail

coder=$(realpath "$1")
directory=$(mktemp -d "${TMPDIR:-/tmp}/coder-demo-XXXXXX")
mkdir "$directory/bin"
ln -s "$coder" "$directory/bin/coder"
export PATH="$directory/bin:$PATH"

# Another server may have the usual port.
address=${CODER_HTTP_ADDRESS:-127.0.0.1:3000}
if [ -z "${CODER_HTTP_ADDRESS:-}" ] && (exec 3<>/dev/tcp/127.0.0.1/3000) 2>/dev/null; then
    address=127.0.0.1:0
fi

stop() {
    if [ -n "${server:-}" ]; then
        kill -INT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$directory"
}
trap stop EXIT
trap 'exit 0' INT TERM

bold= dim= plain=
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; fi
title() { printf '\n%s# %s%s\n' "$bold" "$*" "$plain"; }
play() {
    printf '%s$ %s%s\n' "$dim" "$1" "$plain"
    (cd "$directory" && bash -euo pipefail -c "$1")
}

title "A development server, with a user, a template and a running workspace"
coder server --dev --http-address "$address" 2>"$directory/server.log" &
server=$!
for _ in $(seq 300); do
    grep -q 'Stop it with' "$directory/server.log" && break
    kill -0 "$server" 2>/dev/null || { cat "$directory/server.log"; exit 1; }
    sleep 0.1
done
grep -q 'Stop it with' "$directory/server.log" || { cat "$directory/server.log"; exit 1; }
play 'coder whoami'
play 'coder list'

export API_KEY=first-key NEW_API_KEY=second-key TOKEN=service-token
printf '{"token": "config-token"}\n' >"$directory/tool-config.json"

title "Create an environment variable secret"
play 'echo -n "$API_KEY" | coder secret create api-key \
  --description "API key for workspace tools" \
  --env API_KEY'
title "Create a file secret"
play "coder secret create tool-config \\
  --description \"Tool configuration\" \\
  --file '~/.config/tool/config.json' \\
  < ./tool-config.json"
title "Create a secret with both targets"
play "echo -n \"\$TOKEN\" | coder secret create service-token \\
  --description \"Service token for workspace tools\" \\
  --env SERVICE_TOKEN \\
  --file '~/.config/service/token'"
play 'coder secret list'

title "The running workspace has none of them yet; a restart applies them"
play "coder ssh dev -- 'echo \"API_KEY=\${API_KEY-not set}\"'"
play 'coder restart dev --yes'
play "coder ssh dev -- 'echo \"API_KEY=\$API_KEY SERVICE_TOKEN=\$SERVICE_TOKEN\"; cat ~/.config/tool/config.json; ls -l ~/.config/service/token'"

title "Update the value, rename the variable, clear a file"
play 'echo -n "$NEW_API_KEY" | coder secret update api-key'
play 'coder secret update api-key --env NEW_API_KEY'
play 'coder secret update service-token --file ""'
play 'coder restart dev --yes'
play "coder ssh dev -- 'echo \"API_KEY=\${API_KEY-not set} NEW_API_KEY=\$NEW_API_KEY\"; echo \"the old file stays: \$(cat ~/.config/service/token)\"'"

title "List and delete"
play 'coder secret list api-key'
play 'coder secret delete api-key --yes'
play 'coder secret list'

title "The server goes on"
sed -n '/^Coder runs at/,$p' "$directory/server.log"
printf 'The program is %s:  export PATH="%s:$PATH"\n' "$coder" "$(dirname "$coder")"
[ -z "${CODER_DEMO_ONCE:-}" ] || exit 0
wait "$server"

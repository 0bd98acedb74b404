# What runs of the program, whoever started it: one process number a line. Put into the scripts of the package by deb.py.
processes() {
    # shellcheck disable=SC2012  # numbers and our own name alone are looked at
    ls -ln /proc/[0-9]*/exe 2>/dev/null |
        sed -n 's#^.* /proc/\([0-9]*\)/exe -> /usr/lib/tiepoint/tiepoint\( (deleted)\)\{0,1\}$#\1#p'
}
# Those that have no window and nobody in front of them: agents, transfer workers, nodes. Told to end they stop where their
# jobs and transfers can go on later; what they have started ends with them.
daemons() {
    for number in $(processes); do
        case $(tr '\0' ' ' 2>/dev/null <"/proc/$number/cmdline") in
            *" --child agent "* | *" --child transfer "* | *" --child node "* | *"tiepoint-agent run "* | *"tiepoint-agent node "*)
                echo "$number" ;;
        esac
    done 2>/dev/null
}
# Those of either kind whose file was replaced below them.
outdated() { # processes|daemons
    for number in $("$1"); do
        case $(readlink "/proc/$number/exe") in *" (deleted)") echo "$number" ;; esac
    done 2>/dev/null
}
end() { # SECONDS, then what lists them: they are told to, and made to after so long
    left=$(($1 * 2))
    shift
    for number in $("$@"); do
        kill -s TERM "$number" 2>/dev/null || :
    done
    while [ -n "$("$@")" ] && [ "$left" -gt 0 ]; do
        sleep 0.5
        left=$((left - 1))
    done
    for number in $("$@"); do
        kill -s KILL "$number" 2>/dev/null || :
    done
}

#!/bin/sh
# Tiepoint @VERSION@ for Linux on x86-64, as one file: the program lies behind this script, packed with tar and xz.
# It installs for one person, without root, and takes everything away again. Run it with --help.
set -eu

version='@VERSION@'
glibc='@GLIBC@'
libraries='@LIBRARIES@'
size_kib='@SIZE_KIB@'
sum='@SHA256@'
begins_at='@LINES@'
self=$0

usage() {
    cat <<END
Tiepoint $version for Linux on x86-64
usage: sh $(basename "$self") [--prefix FOLDER] [--quiet]   install, or take the place of another version
       sh $(basename "$self") --uninstall [--prefix FOLDER] take away what was installed; captures and settings stay
       sh $(basename "$self") --extract FOLDER              unpack only, into a new folder
       sh $(basename "$self") --check                       compare the file with its checksum
Without --prefix it goes to ~/.local: the program to lib/tiepoint, its commands to bin, its desktop entry to share.
END
}

stop() {
    echo "tiepoint: $1" >&2
    [ -z "${2:-}" ] || echo "$2" >&2
    exit 1
}

say() {
    [ -n "$quiet" ] || echo "$1"
}

packed() {
    tail -n "+$begins_at" "$self"
}

check() {
    command -v sha256sum >/dev/null 2>&1 || return 0
    [ "$(packed | sha256sum | cut -d ' ' -f 1)" = "$sum" ] ||
        stop "This file is damaged or cut short." "Get it again."
}

unpack() { # FOLDER
    for tool in tail tar xz; do
        command -v "$tool" >/dev/null 2>&1 || stop "The program $tool is missing." "Install it with your system's packages."
    done
    check
    mkdir -p "$1" || stop "$1 cannot be made." "Name another folder."
    free=$(df -Pk "$1" | awk 'NR == 2 { print $4 }')
    [ "${free:-$size_kib}" -ge "$size_kib" ] ||
        stop "There is no room for the program in $1: it takes $((size_kib / 1024)) MB." "Make room, or name another folder."
    packed | xz -dc | tar -xf - -C "$1" || stop "Unpacking into $1 failed." "Look whether there is room for $((size_kib / 1024)) MB."
}

check_system() {
    case $(uname -sm) in
        "Linux x86_64") ;;
        *) stop "This program is for Linux on x86-64, not for $(uname -sm)." ;;
    esac
    have=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d ' ' -f 2 || :)
    lowest=$(printf '%s\n%s\n' "$glibc" "${have:-0}" | sort -V | head -n 1)
    [ "$lowest" = "$glibc" ] ||
        stop "This system's C library is too old${have:+ (glibc $have)}: $glibc or later is needed." "Debian 12, Ubuntu 24.04, Fedora 37 and later have it."
}

# The window's libraries come from the system. The command line works without them.
tell_missing() {
    cache=$({ ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null) || return 0
    missing=
    for library in $libraries; do
        case $cache in *"$library "*) ;; *) missing="$missing $library" ;; esac
    done
    [ -z "$missing" ] || {
        echo "These libraries are missing here; the window needs them, the command line does not:$missing" >&2
        echo "Your system's packages have them; Debian's and Ubuntu's names are told by: tiepoint panel" >&2
    }
}

running() { # process numbers, one a line
    # shellcheck disable=SC2012  # numbers and our own name alone are looked at
    ls -ln /proc/[0-9]*/exe 2>/dev/null | while read -r line; do
        case $line in
            *" -> $real/tiepoint" | *" -> $real/tiepoint (deleted)")
                line=${line#*" /proc/"}
                echo "${line%%/exe*}"
                ;;
        esac
    done
}

command_of() { # PROCESS, as one line
    { tr '\0' ' ' <"/proc/$1/cmdline"; } 2>/dev/null || :
}

# A window, or a command that somebody waits for; not what works behind them.
in_front() {
    for number in $(running); do
        case $(command_of "$number") in
            '' | *" --child "* | *"multiprocessing"* | *"tiepoint-agent run "* | *"tiepoint-agent node "*) ;;
            *) echo "$number" ;;
        esac
    done
}

# Agents, transfer workers and nodes: told to end they stop where jobs and transfers can go on later.
daemons() {
    for number in $(running); do
        case $(command_of "$number") in
            *" --child agent "* | *" --child transfer "* | *" --child node "* | *"tiepoint-agent run "* | *"tiepoint-agent node "*)
                echo "$number" ;;
        esac
    done
}

refuse_in_front() {
    real=$(readlink -f "$program" 2>/dev/null || echo "$program")
    [ -z "$(in_front)" ] ||
        stop "Tiepoint is running from $program." "Close its window and wait for its commands, then try again. What works behind them is ended by itself."
}

make_way() { # only when nothing else can fail any more: jobs pause here
    refuse_in_front
    [ -n "$(running)" ] || return 0
    for number in $(daemons); do kill "$number" 2>/dev/null || :; done
    left=60
    while [ -n "$(running)" ] && [ "$left" -gt 0 ]; do
        sleep 0.5
        left=$((left - 1))
    done
    [ -z "$(running)" ] || stop "Tiepoint is still running from $program, though it was told to end." "Wait a minute, then try again."
    say "Tiepoint's agent and transfers have ended. Their jobs are paused after the last whole task: resume them in the window, or by: tiepoint resume"
}

# Types of files, menus and icons are looked up in caches where a desktop has them.
renew_caches() {
    ! command -v update-mime-database >/dev/null 2>&1 || update-mime-database "$share/mime" >/dev/null 2>&1 || :
    ! command -v update-desktop-database >/dev/null 2>&1 || update-desktop-database -q "$share/applications" >/dev/null 2>&1 || :
    [ ! -f "$share/icons/hicolor/icon-theme.cache" ] || ! command -v gtk-update-icon-cache >/dev/null 2>&1 ||
        gtk-update-icon-cache -q -t -f "$share/icons/hicolor" >/dev/null 2>&1 || :
}

owned() { # every file outside the program's folder, below $1, one a line
    (cd "$1" && find bin share ! -type d 2>/dev/null | sort)
}

place_of() { # where a file of the tree goes
    case $1 in
        bin/*) echo "$prefix/$1" ;;
        share/*) echo "$share/${1#share/}" ;;
    esac
}

# Names come from a file in the prefix, which may be somebody else's: none leads out of it.
installed_files() {
    [ ! -f "$program/.files" ] || sed '/\.\./d' "$program/.files"
}

is_command_of_others() { # FILE in bin, such as pipx's own link
    [ -e "$1" ] || [ -L "$1" ] || return 1
    [ "$(readlink "$1" 2>/dev/null)" != "$program/tiepoint" ]
}

remove_file() { # of the tree; a command that others have put in its place since then stays
    gone=$(place_of "$1")
    case $1 in bin/*) ! is_command_of_others "$gone" || return 0 ;; esac
    [ -z "$gone" ] || rm -f "$gone"
}

make_folder() { # FOLDER: with its parents; those that were not there are noted
    [ ! -d "$1" ] || return 0
    make_folder "$(dirname "$1")"
    mkdir "$1" || stop "$1 cannot be made." "Name another folder with --prefix."
    folders="$folders$1
"
}

remove_folders() { # those noted, the deepest first, where they are empty
    printf '%s' "$folders" | sort -r | while read -r folder; do
        forget_caches "$folder"
        rmdir "$folder" 2>/dev/null || :
    done
}

take_up_old() { # where an installation was cut off between two names
    [ -d "$program" ] || [ ! -d "$program.old" ] || mv "$program.old" "$program"
}

# shellcheck disable=SC2317  # called when the script ends before its end
undo() {
    take_up_old
    if [ ! -d "$program" ] && [ -f "$fresh/.files" ]; then
        while read -r name; do remove_file "$name"; done <"$fresh/.files"
    fi
    rm -rf "$fresh"
    [ -d "$program" ] || remove_folders
}

# Before anything changes.
refuse_commands_of_others() { # FOLDER with the new tree
    for name in "$1"/bin/*; do
        target=$prefix/bin/${name##*/}
        ! is_command_of_others "$target" ||
            stop "$target is there already, and this file did not put it there (pipx may have)." "Take it away (pipx uninstall tiepoint), or name another folder with --prefix."
    done
}

install() {
    check_system
    entry_program=$(quoted "$prefix/bin/tiepoint-panel") || exit 1
    refuse_in_front
    fresh=$program.new
    rm -rf "$fresh"
    take_up_old
    [ ! -f "$program/.folders" ] || folders="$(cat "$program/.folders")
"
    trap undo EXIT
    trap 'exit 130' HUP INT TERM
    make_folder "$prefix/lib"
    say "Unpacking Tiepoint $version into $prefix"
    unpack "$fresh"
    refuse_commands_of_others "$fresh"
    make_way
    owned "$fresh" >"$fresh/.files"
    installed_files | while read -r name; do
        [ -e "$fresh/$name" ] || [ -L "$fresh/$name" ] || remove_file "$name"
    done
    while read -r name; do
        target=$(place_of "$name")
        make_folder "$(dirname "$target")"
        rm -f "$target"
        case $name in
            bin/*) ln -s "$program/tiepoint" "$target" ;;
            share/applications/*) desktop_entry <"$fresh/$name" >"$target" ;;
            *) cp "$fresh/$name" "$target" ;;
        esac
    done <"$fresh/.files"
    mv "$fresh/.files" "$fresh/lib/tiepoint/.files"
    printf '%s' "$folders" >"$fresh/lib/tiepoint/.folders"
    rm -rf "$program.old"
    [ ! -d "$program" ] || mv "$program" "$program.old"
    mv "$fresh/lib/tiepoint" "$program"
    rm -rf "$program.old"
    renew_caches
    tell_missing
    say "Installed: $prefix/bin/tiepoint"
    case :$PATH: in
        *":$prefix/bin:"*) ;;
        *) say "Your PATH lacks $prefix/bin; the desktop's menu finds the program all the same." ;;
    esac
}

desktop_entry() { # with the whole path of the program: a desktop's PATH may lack it
    while IFS= read -r line; do
        case $line in
            Exec=tiepoint-panel*) printf '%s\n' "Exec=$entry_program${line#Exec=tiepoint-panel}" ;;
            TryExec=*) printf '%s\n' "TryExec=$prefix/bin/tiepoint-panel" ;;
            *) printf '%s\n' "$line" ;;
        esac
    done
}

# As a desktop entry's Exec wants it: in quotes where it is more than letters; what would need a backslash there as well is refused.
quoted() {
    case $1 in
        *[\"\`\$\\%]* | *"
"*) stop "The desktop's menu cannot have the folder $prefix: a name with one of \" \` \$ \\ % or a new line in it is not safe." "Name another with --prefix." ;;
        *[!A-Za-z0-9/._-]*) printf '"%s"' "$1" ;;
        *) printf '%s' "$1" ;;
    esac
}

uninstall() {
    take_up_old
    [ -f "$program/.files" ] || stop "There is no Tiepoint in $prefix that this file installed." "Name its folder with --prefix."
    make_way
    installed_files | while read -r name; do remove_file "$name"; done
    renew_caches
    folders="$(cat "$program/.folders")
"
    rm -rf "$program" "$program.new" "$program.old"
    remove_folders
    say "Tiepoint is gone from $prefix. Captures, models and settings stay where they are."
}

# Caches that only our files filled, in folders that only we made.
forget_caches() { # FOLDER
    case $1 in
        "$share/mime") [ -n "$(ls "$1/packages" 2>/dev/null)" ] || rm -rf "$1" ;;
        "$share/applications") [ -n "$(find "$1" -name '*.desktop' 2>/dev/null | head -n 1)" ] || rm -f "$1/mimeinfo.cache" ;;
    esac
}

what=install quiet='' prefix='' target='' folders=''
while [ $# -gt 0 ]; do
    case $1 in
        -h | --help) usage; exit 0 ;;
        --version) echo "$version"; exit 0 ;;
        --quiet) quiet=1 ;;
        --check) what=check ;;
        --uninstall) what=uninstall ;;
        --prefix) [ -n "${2:-}" ] || { usage >&2; exit 2; }; prefix=$2; shift ;;
        --extract) [ -n "${2:-}" ] || { usage >&2; exit 2; }; what=extract target=$2; shift ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done
if [ -n "$prefix" ]; then
    case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
    prefix=${prefix%/}
    share=$prefix/share
else
    prefix=${HOME:?HOME is not set; name a folder with --prefix}/.local
    share=${XDG_DATA_HOME:-$prefix/share}
fi
program=$prefix/lib/tiepoint
case $what in
    install) install ;;
    uninstall) uninstall ;;
    check) check; say "The file is whole." ;;
    extract)
        [ ! -e "$target" ] || [ -z "$(ls -A "$target" 2>/dev/null)" ] || stop "$target is not empty." "Name a new folder."
        unpack "$target"
        say "Unpacked: $target/bin/tiepoint"
        ;;
esac
exit 0

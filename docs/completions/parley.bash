#!/bin/bash

__parley_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__parley_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__parley_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__parley_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

_parley() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local -r cur="${2}"
    local -r prev="${3}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(--version -h --help)
    local -a repeating_options=()
    local -a non_repeating_options=()
    __parley_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    serve|chat|admin|verify|bench|help)
        # Offer subcommand argument completions
        "_parley_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'serve chat admin verify bench help' -- "${cur}"))
        ;;
    esac
}

_parley_serve() {
    repeating_flags=()
    non_repeating_flags=(--log-messages --no-log-messages --guests --no-guests --passwords-in-clear --no-passwords-in-clear --version -h --help)
    repeating_options=(--listen --autojoin --permanent-rooms --proxy-from --outbox-policy --limits-exempt)
    non_repeating_options=(--config --data --threads --server-name --log-level --log-format --default-backlog --empty-room-ttl --registration --room-creation --owned-rooms --strangers-per-hour --hold --tls-certificate --tls-key --queue --queue-users --outbox-bytes-max --heartbeat --heartbeat-grace --login-timeout --idle-timeout --stall-timeout --shutdown-grace --limits-ipv6-prefix --address-connections-max --address-connections-per-minute --address-logins-per-minute --address-commands-per-second --session-commands-per-second --session-command-burst --session-command-delay-max --login-failures-max --login-wait --login-wait-max --address-login-failures-per-minute --account-login-failures-per-minute --session-login-failures-max --address-registrations-per-hour)
    __parley_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--config')
        return
        ;;
    '--listen')
        return
        ;;
    '--data')
        return
        ;;
    '--threads')
        return
        ;;
    '--server-name')
        return
        ;;
    '--log-level')
        return
        ;;
    '--log-format')
        return
        ;;
    '--default-backlog')
        return
        ;;
    '--autojoin')
        return
        ;;
    '--permanent-rooms')
        return
        ;;
    '--empty-room-ttl')
        return
        ;;
    '--registration')
        return
        ;;
    '--room-creation')
        return
        ;;
    '--owned-rooms')
        return
        ;;
    '--strangers-per-hour')
        return
        ;;
    '--hold')
        return
        ;;
    '--tls-certificate')
        return
        ;;
    '--tls-key')
        return
        ;;
    '--proxy-from')
        return
        ;;
    '--queue')
        return
        ;;
    '--queue-users')
        return
        ;;
    '--outbox-bytes-max')
        return
        ;;
    '--outbox-policy')
        return
        ;;
    '--heartbeat')
        return
        ;;
    '--heartbeat-grace')
        return
        ;;
    '--login-timeout')
        return
        ;;
    '--idle-timeout')
        return
        ;;
    '--stall-timeout')
        return
        ;;
    '--shutdown-grace')
        return
        ;;
    '--limits-exempt')
        return
        ;;
    '--limits-ipv6-prefix')
        return
        ;;
    '--address-connections-max')
        return
        ;;
    '--address-connections-per-minute')
        return
        ;;
    '--address-logins-per-minute')
        return
        ;;
    '--address-commands-per-second')
        return
        ;;
    '--session-commands-per-second')
        return
        ;;
    '--session-command-burst')
        return
        ;;
    '--session-command-delay-max')
        return
        ;;
    '--login-failures-max')
        return
        ;;
    '--login-wait')
        return
        ;;
    '--login-wait-max')
        return
        ;;
    '--address-login-failures-per-minute')
        return
        ;;
    '--account-login-failures-per-minute')
        return
        ;;
    '--session-login-failures-max')
        return
        ;;
    '--address-registrations-per-hour')
        return
        ;;
    esac
}

_parley_chat() {
    repeating_flags=()
    non_repeating_flags=(--tls --tls-pin --no-bell --plain --json --verbatim --follow --version -h --help)
    repeating_options=(--room)
    non_repeating_options=(--unix --queue --queue-mode --name --color)
    __parley_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--unix')
        return
        ;;
    '--queue')
        return
        ;;
    '--queue-mode')
        return
        ;;
    '--name')
        return
        ;;
    '--room')
        return
        ;;
    '--color')
        __parley_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_parley_admin() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __parley_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    certificate|create|password|administrator|delete|accounts|token|invite|sessions|announce|ban|unban|audit)
        # Offer subcommand argument completions
        "_parley_admin_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'certificate create password administrator delete accounts token invite sessions announce ban unban audit' -- "${cur}"))
        ;;
    esac
}

_parley_admin_certificate() {
    repeating_flags=()
    non_repeating_flags=(--self-signed --force --version -h --help)
    repeating_options=(--host)
    non_repeating_options=(--days --out)
    __parley_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--host')
        return
        ;;
    '--days')
        return
        ;;
    '--out')
        return
        ;;
    esac
}

_parley_admin_create() {
    repeating_flags=()
    non_repeating_flags=(--administrator --no-administrator --no-password --json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data --socket)
    __parley_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_password() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data --socket)
    __parley_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_administrator() {
    repeating_flags=()
    non_repeating_flags=(--revoke --json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data --socket)
    __parley_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_delete() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data --socket)
    __parley_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_accounts() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data --socket)
    __parley_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_token() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __parley_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|new|revoke)
        # Offer subcommand argument completions
        "_parley_admin_token_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list new revoke' -- "${cur}"))
        ;;
    esac
}

_parley_admin_token_list() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data --socket)
    __parley_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_token_new() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--scopes --label --data --socket)
    __parley_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--scopes')
        return
        ;;
    '--label')
        return
        ;;
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_token_revoke() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data --socket)
    __parley_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_invite() {
    repeating_flags=()
    non_repeating_flags=(--version -h --help)
    repeating_options=()
    non_repeating_options=()
    __parley_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|new|revoke)
        # Offer subcommand argument completions
        "_parley_admin_invite_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list new revoke' -- "${cur}"))
        ;;
    esac
}

_parley_admin_invite_list() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data --socket)
    __parley_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_invite_new() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--for --data --socket)
    __parley_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--for')
        return
        ;;
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_invite_revoke() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data --socket)
    __parley_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_sessions() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data --socket)
    __parley_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_announce() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data --socket)
    __parley_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_ban() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--for --reason --data --socket)
    __parley_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--for')
        return
        ;;
    '--reason')
        return
        ;;
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_unban() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data --socket)
    __parley_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_admin_audit() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--limit -l --data --socket)
    __parley_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--limit'|'-l')
        return
        ;;
    '--data')
        return
        ;;
    '--socket')
        return
        ;;
    esac
}

_parley_verify() {
    repeating_flags=()
    non_repeating_flags=(--json --version -h --help)
    repeating_options=()
    non_repeating_options=(--data)
    __parley_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--data')
        return
        ;;
    esac
}

_parley_bench() {
    repeating_flags=()
    non_repeating_flags=(--lobby --json --version -h --help)
    repeating_options=()
    non_repeating_options=(--target --dialect --queue --rooms --members --senders --stalled --window --messages --size --rate --server-pid)
    __parley_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--target')
        return
        ;;
    '--dialect')
        __parley_add_completions -W 'irc'$'\n''line'$'\n''json'$'\n''queue'
        return
        ;;
    '--queue')
        return
        ;;
    '--rooms')
        return
        ;;
    '--members')
        return
        ;;
    '--senders')
        return
        ;;
    '--stalled')
        return
        ;;
    '--window')
        return
        ;;
    '--messages')
        return
        ;;
    '--size')
        return
        ;;
    '--rate')
        return
        ;;
    '--server-pid')
        return
        ;;
    esac
}

_parley_help() {
    repeating_flags=()
    non_repeating_flags=(--version)
    repeating_options=()
    non_repeating_options=()
    __parley_offer_flags_options -1
}

complete -o filenames -F _parley parley

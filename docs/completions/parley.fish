function __parley_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __parley_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __parley_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __parley_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __parley_parse_tokens -S
    set -l unparsed_tokens (__parley_tokens -pc)
    switch $unparsed_tokens[1]
    case 'parley'
        __parley_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'serve'
            __parley_parse_subcommand 0 'config=' 'listen=+' 'data=' 'threads=' 'server-name=' 'log-level=' 'log-format=' 'log-messages' 'no-log-messages' 'default-backlog=' 'autojoin=+' 'permanent-rooms=+' 'empty-room-ttl=' 'registration=' 'guests' 'no-guests' 'room-creation=' 'owned-rooms=' 'strangers-per-hour=' 'hold=' 'tls-certificate=' 'tls-key=' 'proxy-from=+' 'queue=' 'queue-users=' 'outbox-bytes-max=' 'outbox-policy=+' 'heartbeat=' 'heartbeat-grace=' 'login-timeout=' 'idle-timeout=' 'stall-timeout=' 'shutdown-grace=' 'limits-exempt=+' 'limits-ipv6-prefix=' 'address-connections-max=' 'address-connections-per-minute=' 'address-logins-per-minute=' 'address-commands-per-second=' 'session-commands-per-second=' 'session-command-burst=' 'session-command-delay-max=' 'login-failures-max=' 'login-wait=' 'login-wait-max=' 'address-login-failures-per-minute=' 'account-login-failures-per-minute=' 'session-login-failures-max=' 'address-registrations-per-hour=' 'passwords-in-clear' 'no-passwords-in-clear' 'version' 'h/help'
        case 'chat'
            __parley_parse_subcommand 1 'unix=' 'queue=' 'queue-mode=' 'name=' 'room=+' 'tls' 'tls-pin' 'color=' 'no-bell' 'plain' 'json' 'verbatim' 'follow' 'version' 'h/help'
        case 'admin'
            __parley_parse_subcommand 0 'version' 'h/help'
            switch $unparsed_tokens[1]
            case 'certificate'
                __parley_parse_subcommand 0 'self-signed' 'host=+' 'days=' 'out=' 'force' 'version' 'h/help'
            case 'create'
                __parley_parse_subcommand 1 'administrator' 'no-administrator' 'no-password' 'data=' 'socket=' 'json' 'version' 'h/help'
            case 'password'
                __parley_parse_subcommand 1 'data=' 'socket=' 'json' 'version' 'h/help'
            case 'administrator'
                __parley_parse_subcommand 1 'revoke' 'data=' 'socket=' 'json' 'version' 'h/help'
            case 'delete'
                __parley_parse_subcommand 1 'data=' 'socket=' 'json' 'version' 'h/help'
            case 'accounts'
                __parley_parse_subcommand 0 'data=' 'socket=' 'json' 'version' 'h/help'
            case 'token'
                __parley_parse_subcommand 0 'version' 'h/help'
                switch $unparsed_tokens[1]
                case 'list'
                    __parley_parse_subcommand 1 'data=' 'socket=' 'json' 'version' 'h/help'
                case 'new'
                    __parley_parse_subcommand 1 'scopes=' 'label=' 'data=' 'socket=' 'json' 'version' 'h/help'
                case 'revoke'
                    __parley_parse_subcommand 2 'data=' 'socket=' 'json' 'version' 'h/help'
                end
            case 'invite'
                __parley_parse_subcommand 0 'version' 'h/help'
                switch $unparsed_tokens[1]
                case 'list'
                    __parley_parse_subcommand 0 'data=' 'socket=' 'json' 'version' 'h/help'
                case 'new'
                    __parley_parse_subcommand 0 'for=' 'data=' 'socket=' 'json' 'version' 'h/help'
                case 'revoke'
                    __parley_parse_subcommand 1 'data=' 'socket=' 'json' 'version' 'h/help'
                end
            case 'sessions'
                __parley_parse_subcommand 0 'data=' 'socket=' 'json' 'version' 'h/help'
            case 'announce'
                __parley_parse_subcommand -r 1 'data=' 'socket=' 'json' 'version' 'h/help'
            case 'ban'
                __parley_parse_subcommand 1 'for=' 'reason=' 'data=' 'socket=' 'json' 'version' 'h/help'
            case 'unban'
                __parley_parse_subcommand 1 'data=' 'socket=' 'json' 'version' 'h/help'
            case 'audit'
                __parley_parse_subcommand 0 'l/limit=' 'data=' 'socket=' 'json' 'version' 'h/help'
            end
        case 'verify'
            __parley_parse_subcommand 0 'data=' 'json' 'version' 'h/help'
        case 'bench'
            __parley_parse_subcommand 0 'target=' 'dialect=' 'queue=' 'rooms=' 'members=' 'senders=' 'stalled=' 'window=' 'messages=' 'size=' 'rate=' 'server-pid=' 'lobby' 'json' 'version' 'h/help'
        case 'help'
            __parley_parse_subcommand -r 1 'version'
        end
    end
end

function __parley_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __parley_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __parley_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __parley_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__parley_tokens -p)
    if test -z "$(__parley_tokens -t)"
        set -l index (count (__parley_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'parley' -f
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley" -eq 1' -fa 'serve' -d 'Run the server; it needs no configuration.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley" -eq 1' -fa 'chat' -d 'Talk to a server from a terminal or a script.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley" -eq 1' -fa 'admin' -d 'Prepare a server, or tell a running one what to do.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley" -eq 1' -fa 'verify' -d 'Check a data directory, say what is in it, and change nothing.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley" -eq 1' -fa 'bench' -d 'Load a server, check every delivery, and measure.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" config' -l 'config' -d 'The file to read (default: parley.yaml, if it exists).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve"' -l 'listen' -d 'Where to listen; several may be given, and port 0 takes a free one (default: 127.0.0.1:6789, [::1]:6789).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" data' -l 'data' -d 'Where the log, the archive and the Unix socket are kept; made if it is missing (default: parley-data).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" threads' -l 'threads' -d 'How many event loops serve the connections (default: the number of processors).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" server-name' -l 'server-name' -d 'What greetings call this server (default: the machine\'s name).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" log-level' -l 'log-level' -d 'What the console shows; sessions that come and go are info (default: info).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" log-format' -l 'log-format' -d 'How the console writes its lines (default: text).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" log-messages' -l 'log-messages' -d 'Whether the console shows what is said in rooms (default: false).'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" no-log-messages' -l 'no-log-messages' -d 'Whether the console shows what is said in rooms (default: false).'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" default-backlog' -l 'default-backlog' -d 'How many lines, and as many posts, from before its joining a member may see (default: 2).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve"' -l 'autojoin' -d 'The rooms that a session opens at login; plain text goes to the first (default: lobby).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve"' -l 'permanent-rooms' -d 'The rooms that always exist, besides the lobby (default: none).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" empty-room-ttl' -l 'empty-room-ttl' -d 'How long a room without members is kept, when its guests merely went (default: 7d).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" registration' -l 'registration' -d 'Whether a guest may make its name an account: anybody, with a code, or nobody (default: open).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" guests' -l 'guests' -d 'Whether names without an account are let in (default: true).'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" no-guests' -l 'no-guests' -d 'Whether names without an account are let in (default: true).'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" room-creation' -l 'room-creation' -d 'Who may make a room by joining one that does not exist (default: everybody).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" owned-rooms' -l 'owned-rooms' -d 'How many rooms one person may own; administrators may own more (default: 50).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" strangers-per-hour' -l 'strangers-per-hour' -d 'To how many people, not written with before, one may write in an hour (default: 60).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" hold' -l 'hold' -d 'How long the place of a client that can come back is held when it is lost (default: 60s).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" tls-certificate' -l 'tls-certificate' -d 'The certificate for TLS (PEM): the server\'s own, then those that signed it (default: none, and no TLS).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" tls-key' -l 'tls-key' -d 'The key of the certificate (PEM, without a passphrase) (default: none).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve"' -l 'proxy-from' -d 'From where connections come through a proxy and begin with a PROXY header (default: none).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" queue' -l 'queue' -d 'The POSIX message queue for programs on this host, as in /parley.control (default: none).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" queue-users' -l 'queue-users' -d 'Which users of this host may use the queue: the server\'s own, its group\'s, or all (default: owner).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" outbox-bytes-max' -l 'outbox-bytes-max' -d 'How much may wait for one session before the outbox policy acts (default: 256KiB).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve"' -l 'outbox-policy' -d 'What happens to a reader whose outbox is full (default: catchup).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" heartbeat' -l 'heartbeat' -d 'How long a connection may be silent before it is probed (default: 60s).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" heartbeat-grace' -l 'heartbeat-grace' -d 'How long a probed connection has to answer (default: 30s).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" login-timeout' -l 'login-timeout' -d 'How long a connection may take to log in (default: 60s).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" idle-timeout' -l 'idle-timeout' -d 'How long a session may go without a command before it is ended (default: off).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" stall-timeout' -l 'stall-timeout' -d 'How long a reader may take nothing of what waits for it (default: 120s).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" shutdown-grace' -l 'shutdown-grace' -d 'How long a stopping server goes on sending what is queued (default: 5s).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve"' -l 'limits-exempt' -d 'The networks that have no limits; the Unix socket never has (default: 127.0.0.0/8, ::1).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" limits-ipv6-prefix' -l 'limits-ipv6-prefix' -d 'How many leading bits make IPv6 addresses one address to the limits (default: 64).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" address-connections-max' -l 'address-connections-max' -d 'How many connections an address may have at one time (default: 64).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" address-connections-per-minute' -l 'address-connections-per-minute' -d 'How many new connections an address may make in a minute (default: 120).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" address-logins-per-minute' -l 'address-logins-per-minute' -d 'How many logins an address may try in a minute (default: 60).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" address-commands-per-second' -l 'address-commands-per-second' -d 'How many commands a second all sessions of an address may send together (default: 100).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" session-commands-per-second' -l 'session-commands-per-second' -d 'How many commands a second a session may send; more are delayed (default: 20).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" session-command-burst' -l 'session-command-burst' -d 'How many commands a session may send at once, before they are delayed (default: 200).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" session-command-delay-max' -l 'session-command-delay-max' -d 'How long a command may be delayed; a session that sends more than that is ended (default: 30s).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" login-failures-max' -l 'login-failures-max' -d 'After how many wrong passwords at one account an address must wait (default: 5).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" login-wait' -l 'login-wait' -d 'How long it waits at first; each further wrong password doubles it (default: 2s).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" login-wait-max' -l 'login-wait-max' -d 'How long it waits at most (default: 900s).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" address-login-failures-per-minute' -l 'address-login-failures-per-minute' -d 'How many wrong passwords an address may try in a minute, at whatever accounts (default: 12).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" account-login-failures-per-minute' -l 'account-login-failures-per-minute' -d 'How many wrong passwords an account takes in a minute from addresses new to it (default: 6).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" session-login-failures-max' -l 'session-login-failures-max' -d 'After how many wrong passwords a session is ended (default: 10).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" address-registrations-per-hour' -l 'address-registrations-per-hour' -d 'How many accounts an address may register in an hour (default: 10).' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" passwords-in-clear' -l 'passwords-in-clear' -d 'Whether passwords are taken from other machines without TLS (default: false).'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" no-passwords-in-clear' -l 'no-passwords-in-clear' -d 'Whether passwords are taken from other machines without TLS (default: false).'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley serve" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat" unix' -l 'unix' -d 'Connect to a Unix socket rather than a host.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat" queue' -l 'queue' -d 'Connect to a server on this host by its message queue, as /parley.control.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat" queue-mode' -l 'queue-mode' -d 'The mode of the reply queue: 600, or 620 or 622 where the server is another user.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat" name' -l 'name' -d 'Who you are.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat"' -l 'room' -d 'Open this room rather than those that the server opens; may be given several times.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat" tls' -l 'tls' -d 'Encrypt, and believe a certificate that an authority of the system signed.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat" tls-pin' -l 'tls-pin' -d 'Encrypt, and believe the certificate that the server had at the first time.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat" color' -l 'color' -d 'When to use colours: auto, always or never.' -rfka 'auto always never'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat" no-bell' -l 'no-bell' -d 'Do not ring the bell on mentions and direct messages.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat" plain' -l 'plain' -d 'Print lines alone and move no cursor, as screen readers like it.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat" json' -l 'json' -d 'Print events and answers as JSON, one object a line.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat" verbatim' -l 'verbatim' -d 'Say every line as it is, also one that looks like a command.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat" follow' -l 'follow' -d 'Go on after the end of the input, until a signal ends it.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley chat" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin" -eq 1' -fa 'certificate' -d 'Write a certificate and its key for TLS.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin" -eq 1' -fa 'create' -d 'Make an account, an administrator\'s unless told otherwise.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin" -eq 1' -fa 'password' -d 'Give an account another password.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin" -eq 1' -fa 'administrator' -d 'Make an account an administrator, or no longer one.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin" -eq 1' -fa 'delete' -d 'Delete an account; what it said stays.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin" -eq 1' -fa 'accounts' -d 'List the accounts, the newest first.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin" -eq 1' -fa 'token' -d 'List, make and revoke an account\'s API tokens.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin" -eq 1' -fa 'invite' -d 'List, make and revoke codes that let one person register each.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin" -eq 1' -fa 'sessions' -d 'List the sessions that have a name.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin" -eq 1' -fa 'announce' -d 'Tell everybody something.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin" -eq 1' -fa 'ban' -d 'Keep somebody off the server, or list who is.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin" -eq 1' -fa 'unban' -d 'Lift a ban from the server.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin" -eq 1' -fa 'audit' -d 'Show what operators and administrators did, and who.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin certificate" self-signed' -l 'self-signed' -d 'Sign the certificate with its own key; there is no other kind here.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin certificate"' -l 'host' -d 'A name or an address that clients connect to; may be repeated.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin certificate" days' -l 'days' -d 'For how many days it is valid, from 1 to 3650.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin certificate" out' -l 'out' -d 'The directory to write to; it is made where there is none.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin certificate" force' -l 'force' -d 'Replace the files if they exist.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin certificate" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin certificate" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin create" administrator' -l 'administrator' -d 'Whether it is an administrator\'s.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin create" no-administrator' -l 'no-administrator' -d 'Whether it is an administrator\'s.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin create" no-password' -l 'no-password' -d 'Give it no password: only a token, or a password given later, opens it.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin create" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin create" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin create" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin create" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin create" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin password" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin password" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin password" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin password" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin password" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin administrator" revoke' -l 'revoke' -d 'It is no administrator any longer.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin administrator" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin administrator" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin administrator" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin administrator" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin administrator" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin delete" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin delete" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin delete" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin delete" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin delete" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin accounts" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin accounts" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin accounts" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin accounts" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin accounts" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin token" -eq 1' -fa 'list' -d 'List an account\'s tokens.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin token" -eq 1' -fa 'new' -d 'Make a token, which is shown this once.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin token" -eq 1' -fa 'revoke' -d 'Revoke a token; who came in with it is sent away.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token list" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token list" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token list" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token list" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token new" scopes' -l 'scopes' -d 'What it may do: read, write, moderate, with commas between.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token new" label' -l 'label' -d 'What it is called.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token new" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token new" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token new" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token new" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token new" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token revoke" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token revoke" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token revoke" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token revoke" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin token revoke" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin invite" -eq 1' -fa 'list' -d 'List the codes that wait to be used.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin invite" -eq 1' -fa 'new' -d 'Make a code, which is shown this once.'
complete -c 'parley' -n '__parley_should_offer_completions_for_positional "parley admin invite" -eq 1' -fa 'revoke' -d 'Revoke a code.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite list" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite list" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite list" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite list" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite list" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite new" for' -l 'for' -d 'How long it is good: 1s to 3650d.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite new" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite new" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite new" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite new" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite new" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite revoke" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite revoke" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite revoke" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite revoke" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin invite revoke" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin sessions" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin sessions" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin sessions" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin sessions" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin sessions" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin announce" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin announce" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin announce" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin announce" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin announce" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin ban" for' -l 'for' -d 'How long: 10m, 2h, 7d or 4w; else until it is lifted.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin ban" reason' -l 'reason' -d 'Why; whoever is banned is told.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin ban" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin ban" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin ban" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin ban" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin ban" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin unban" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin unban" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin unban" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin unban" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin unban" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin audit" l limit' -l 'limit' -s 'l' -d 'How much of it, the newest.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin audit" data' -l 'data' -d 'The server\'s data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin audit" socket' -l 'socket' -d 'The server\'s Unix socket, where it is not parley.sock in its data directory.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin audit" json' -l 'json' -d 'Print the answer as JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin audit" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley admin audit" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley verify" data' -l 'data' -d 'The data directory, as for parley serve.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley verify" json' -l 'json' -d 'Print JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley verify" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley verify" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" target' -l 'target' -d 'The server, an IPv4 address and a port.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" dialect' -l 'dialect' -d 'irc (no echo: a neighbour\'s delivery answers a message), line, json or queue (the echo does).' -rfka 'irc line json queue'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" queue' -l 'queue' -d 'The server\'s message queue, with --dialect queue, in place of --target.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" rooms' -l 'rooms' -d 'Number of rooms.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" members' -l 'members' -d 'Members of each room.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" senders' -l 'senders' -d 'Members of each room that send.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" stalled' -l 'stalled' -d 'Members of each room that read nothing until all others have everything.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" window' -l 'window' -d 'Messages that a sender may have unanswered.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" messages' -l 'messages' -d 'Messages in all.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" size' -l 'size' -d 'Bytes of each message.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" rate' -l 'rate' -d 'Messages a second in all, whatever is answered (for latencies); overrides --window.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" server-pid' -l 'server-pid' -d 'The server\'s process, to count its CPU time.' -rfka ''
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" lobby' -l 'lobby' -d 'Stay in the lobby (one room, line mode).'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" json' -l 'json' -d 'Print JSON.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" version' -l 'version' -d 'Show the version.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley bench" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'parley' -n '__parley_should_offer_completions_for_flags_or_options "parley help" version' -l 'version' -d 'Show the version.'

import ParleyModel

/// What somebody asks who wants to know of a room, a message, a person: every case of ``Command``,
/// naming these.
struct Probes {
  var room: Name
  var sequences: [Sequence]
  var person: Name

  /// Every command, that no door offers to others than the server's owner left out.
  func all() throws -> [Command] {
    try CommandKind.allCases.flatMap { kind in
      let commands = try self.commands(of: kind)
      precondition(!commands.isEmpty && commands.allSatisfy { $0.kind == kind })
      return commands
    }
  }

  private var selector: RoomSelector { .named(self.room) }

  private var conversations: [ConversationSelector] {
    [.room(self.selector), .direct(self.person)]
  }

  /// For each message of each conversation.
  private func each(_ command: (ConversationSelector, Sequence) -> Command) -> [Command] {
    self.conversations.flatMap { place in self.sequences.map { command(place, $0) } }
  }

  private func commands(of kind: CommandKind) throws -> [Command] {
    switch kind {
    case .greet: [.greet]
    case .login: [.login(self.person, autojoin: true), .login(self.room, autojoin: true)]
    case .nick: [.nick(self.person), .nick(self.room)]
    case .quit: [.quit(.quit("bye"))]
    case .ping: [.ping("x")]
    case .join: [.join(self.room)]
    case .add: [.add(self.room)]
    case .close: [.close(self.selector)]
    case .leave: [.leave(self.selector, then: .lobby), .leave(self.selector, then: .nowhere)]
    case .topic: [.topic(self.selector)]
    case .setTopic: [.setTopic(self.selector, "new"), .setTopic(self.selector, "")]
    case .say: [.say(self.selector, .say, "x"), .say(self.selector, .action, "x")]
    case .post: [.post(self.selector, subject: "x", body: "y")]
    case .reply: self.sequences.map { .reply(self.selector, to: $0, body: "y") }
    case .direct: [.direct(.named(self.person), .say, "x"), .direct(.last, .say, "x")]
    case .remove: self.each { .remove($0, $1) }
    case .list: [.list(self.selector)]
    case .read: self.each { .read($0, $1) }
    case .page:
      self.conversations.map { .page($0, HistoryPage(after: .zero)) }
    case .history:
      self.conversations.flatMap { [.history($0, limit: nil), .history($0, limit: 1_000)] }
    case .search: try self.searches()
    case .who:
      [.who(self.selector, membersOnly: false), .who(self.selector, membersOnly: true)]
    case .rooms: [.rooms]
    case .whois: [.whois(self.person), .whois(self.room)]
    case .away: [.away("x"), .away(nil)]
    case .ignore: [.ignore(self.person), .ignore(self.room)]
    case .account: AccountKind.allCases.map { .account(self.command(of: $0)) }
    case .administer:
      self.adminCommands().map { .administer($0, asOwner: false) }
    case .verified: [.verified(.login(AccountID(77), version: 1, autojoin: true))]
    case .administerVerified:
      [.administerVerified(.setAdministrator(self.person, true), asOwner: false)]
    case .moderate: self.moderations().map { .moderate($0) }
    case .moderation: self.queries().map { .moderation($0) }
    case .misuse: [.misuse(.badCommand("/x", nearest: nil))]
    case .local: [.local]
    }
  }

  private func searches() throws -> [Command] {
    try self.conversations.flatMap { place in
      try ["plan", "bea", "a*"].flatMap { words -> [Command] in
        let query = try SearchQuery(words)
        return [.search(place, query, before: nil), .search(place, query, before: Sequence(3))]
      }
    }
  }

  private func command(of kind: AccountKind) -> AccountCommand {
    switch kind {
    case .login: .login(self.person, Secret("wrong password"), autojoin: true)
    case .enterAsGuest: .enterAsGuest(Name("zed"), token: nil, autojoin: true)
    case .loginByCertificate: .loginByCertificate(digest: [1, 2, 3], autojoin: true)
    case .register: .register(Secret("a long password"), code: nil)
    case .changePassword: .changePassword(old: Secret("wrong"), new: Secret("a long password"))
    case .unregister: .unregister(Secret("wrong"))
    case .tokens: .tokens
    case .newToken: .newToken(.all, label: "x")
    case .revokeToken: .revokeToken(1)
    case .addCertificate: .addCertificate(digest: [1, 2, 3])
    case .removeCertificates: .removeCertificates
    case .whoseCertificate: .whoseCertificate(digest: [1, 2, 3])
    case .unread: .unread
    case .mark: .mark(.room(.named(self.room)), through: nil)
    }
  }

  private func adminCommands() -> [AdminCommand] {
    AdminKind.allCases.flatMap { kind -> [AdminCommand] in
      switch kind {
      case .accounts: [.accounts]
      case .create: [.create(self.person, nil, isAdministrator: true)]
      case .setPassword: [.setPassword(self.person, Secret("a long password"))]
      case .setAdministrator: [.setAdministrator(self.person, true)]
      case .delete: [.delete(self.person)]
      case .tokens: [.tokens(self.person)]
      case .newToken: [.newToken(self.person, .all, label: "x")]
      case .revokeToken: [.revokeToken(self.person, 1)]
      case .invites: [.invites]
      case .newInvite: [.newInvite(microseconds: 1_000_000)]
      case .revokeInvite: [.revokeInvite(1)]
      case .sessions: [.sessions]
      case .announce: [.announce("x")]
      case .moderate: self.moderations().map { .moderate($0) }
      case .moderation: self.queries().map { .moderation($0) }
      }
    }
  }

  private func moderations() -> [Moderation] {
    let (room, person) = (self.selector, self.person)
    let targets: [SanctionTarget] = [
      .name(person), .mask(NameMask(text: "b*", key: "b*")),
      .address(AddressMask(PeerAddress(high: 0, low: 0xFFFF_0A00_0001), prefix: 128)),
    ]
    let territories: [Territory] = [.room(room), .server]
    return ModerationKind.allCases.flatMap { kind -> [Moderation] in
      switch kind {
      case .set:
        [.isPrivate(false), .backlog(.all), .slow(seconds: 9), .posting(.operators)].map {
          .set(room, $0)
        }
      case .kick: [.kick(room, person, reason: "x")]
      case .grantOperator: [.grantOperator(room, person)]
      case .revokeOperator: [.revokeOperator(room, person), .revokeOperator(room, Name("eve"))]
      case .sanction:
        territories.flatMap { place in
          targets.map { .sanction(place, .ban, $0, microseconds: nil, reason: "x") }
        }
      case .lift:
        territories.flatMap { place in
          targets.flatMap { [.lift(place, .ban, $0), .lift(place, .mute, $0)] }
        }
      case .invite: [.invite(room, person), .invite(room, Name("eve"))]
      case .transfer: [.transfer(room, person)]
      case .disown: [.disown(room)]
      case .removeAll:
        [.removeAll(room, .name(person))]
          + self.sequences.map { .removeAll(room, .author(of: $0)) }
      case .report: self.sequences.map { .report(room, $0, reason: "x") }
      }
    }
  }

  private func queries() -> [ModerationQuery] {
    QueryKind.allCases.flatMap { kind -> [ModerationQuery] in
      switch kind {
      case .options: [.options(self.selector)]
      case .standings:
        StandingKind.allCases.flatMap { kind in
          [.standings(.room(self.selector), kind), .standings(.server, kind)]
        }
      case .audit: [.audit(.room(self.selector), limit: nil), .audit(.server, limit: 9)]
      }
    }
  }
}

// A new case of a command is missing in a switch here, then as a kind, then in the probes.

enum CommandKind: CaseIterable {
  case greet, login, nick, quit, ping, join, add, leave, close, topic, setTopic, say, post, reply,
    direct
  case remove, list, read, history, page, search, who, rooms, whois, away, ignore, account
  case administer, verified, administerVerified, moderate, moderation, misuse, local
}

extension Command {
  var kind: CommandKind {
    switch self {
    case .greet: .greet
    case .login: .login
    case .nick: .nick
    case .quit: .quit
    case .ping: .ping
    case .join: .join
    case .add: .add
    case .leave: .leave
    case .close: .close
    case .topic: .topic
    case .setTopic: .setTopic
    case .say: .say
    case .post: .post
    case .reply: .reply
    case .direct: .direct
    case .remove: .remove
    case .list: .list
    case .read: .read
    case .history: .history
    case .page: .page
    case .search: .search
    case .who: .who
    case .rooms: .rooms
    case .whois: .whois
    case .away: .away
    case .ignore: .ignore
    case .account: .account
    case .administer: .administer
    case .verified: .verified
    case .administerVerified: .administerVerified
    case .moderate: .moderate
    case .moderation: .moderation
    case .misuse: .misuse
    case .local: .local
    }
  }
}

enum AccountKind: CaseIterable {
  case login, enterAsGuest, loginByCertificate, register, changePassword, unregister, tokens
  case newToken, revokeToken, addCertificate, removeCertificates, whoseCertificate, unread
  case mark
}

extension AccountCommand {
  var kind: AccountKind {
    switch self {
    case .login: .login
    case .enterAsGuest: .enterAsGuest
    case .loginByCertificate: .loginByCertificate
    case .register: .register
    case .changePassword: .changePassword
    case .unregister: .unregister
    case .tokens: .tokens
    case .newToken: .newToken
    case .revokeToken: .revokeToken
    case .addCertificate: .addCertificate
    case .removeCertificates: .removeCertificates
    case .whoseCertificate: .whoseCertificate
    case .unread: .unread
    case .mark: .mark
    }
  }
}

enum AdminKind: CaseIterable {
  case accounts, create, setPassword, setAdministrator, delete, tokens, newToken, revokeToken
  case invites, newInvite, revokeInvite, sessions, announce, moderate, moderation
}

extension AdminCommand {
  var kind: AdminKind {
    switch self {
    case .accounts: .accounts
    case .create: .create
    case .setPassword: .setPassword
    case .setAdministrator: .setAdministrator
    case .delete: .delete
    case .tokens: .tokens
    case .newToken: .newToken
    case .revokeToken: .revokeToken
    case .invites: .invites
    case .newInvite: .newInvite
    case .revokeInvite: .revokeInvite
    case .sessions: .sessions
    case .announce: .announce
    case .moderate: .moderate
    case .moderation: .moderation
    }
  }
}

enum ModerationKind: CaseIterable {
  case set, kick, grantOperator, revokeOperator, sanction, lift, invite, transfer, disown
  case removeAll, report
}

extension Moderation {
  var kind: ModerationKind {
    switch self {
    case .set: .set
    case .kick: .kick
    case .grantOperator: .grantOperator
    case .revokeOperator: .revokeOperator
    case .sanction: .sanction
    case .lift: .lift
    case .invite: .invite
    case .transfer: .transfer
    case .disown: .disown
    case .removeAll: .removeAll
    case .report: .report
    }
  }
}

enum QueryKind: CaseIterable {
  case options, standings, audit
}

extension ModerationQuery {
  var kind: QueryKind {
    switch self {
    case .options: .options
    case .standings: .standings
    case .audit: .audit
    }
  }
}

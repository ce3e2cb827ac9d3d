/// A password, a token or a code in clear, on its way to being checked.
///
/// It never shows: not in a description, not in the log.
public struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible {
  public var text: String

  public init(_ text: String) {
    self.text = text
  }

  /// What every API token begins with, so that one that got lost is known for what it is.
  public static let tokenPrefix = "parley_"

  /// Whether it is tried as a token and not as a password.
  public var isToken: Bool { self.text.hasPrefix(Self.tokenPrefix) }

  public var description: String { "•••" }
  public var debugDescription: String { "•••" }
}

/// What a password is checked against: it cannot be computed back.
public struct Credential: Hashable, Sendable {
  /// scrypt (RFC 7914).
  public struct Scrypt: Hashable, Sendable {
    /// The cost N is two to this power.
    public var logCost: UInt8
    public var blockSize: UInt16
    public var parallelism: UInt16
    public var salt: [UInt8]
    public var key: [UInt8]

    public init(
      logCost: UInt8, blockSize: UInt16, parallelism: UInt16, salt: [UInt8], key: [UInt8]
    ) {
      self.logCost = logCost
      self.blockSize = blockSize
      self.parallelism = parallelism
      self.salt = salt
      self.key = key
    }
  }

  /// The server's part of SCRAM-SHA-256 (RFC 5802, RFC 7677).
  public struct Scram: Hashable, Sendable {
    public var iterations: UInt32
    public var salt: [UInt8]
    public var storedKey: [UInt8]
    public var serverKey: [UInt8]

    public init(iterations: UInt32, salt: [UInt8], storedKey: [UInt8], serverKey: [UInt8]) {
      self.iterations = iterations
      self.salt = salt
      self.storedKey = storedKey
      self.serverKey = serverKey
    }
  }

  public var scrypt: Scrypt
  public var scram: Scram

  public init(scrypt: Scrypt, scram: Scram) {
    self.scrypt = scrypt
    self.scram = scram
  }
}

/// What a session may do that an API token let in.
public struct Scopes: OptionSet, Hashable, Sendable {
  public var rawValue: UInt8

  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// To see what the account may see; every token has it.
  public static let read = Scopes(rawValue: 1)
  /// To speak, post, write to others, and remove what is its own.
  public static let write = Scopes(rawValue: 2)
  /// To do what an operator of the rooms may.
  public static let moderate = Scopes(rawValue: 4)

  public static let all: Scopes = [.read, .write, .moderate]

  /// Each with the word for it, in a fixed order.
  public static let words: [(scope: Scopes, word: String)] = [
    (.read, "read"), (.write, "write"), (.moderate, "moderate"),
  ]

  /// `read write`.
  public var text: String {
    Self.words.filter { self.contains($0.scope) }.map(\.word).joined(separator: " ")
  }
}

/// A secret of an account for a program.
public struct APIToken: Hashable, Sendable {
  /// Counted from 1 in its account, never used again.
  public var number: UInt32
  /// SHA-256 of the token.
  public var digest: [UInt8]
  public var scopes: Scopes
  /// What its owner calls it.
  public var label: String
  public var created: Timestamp

  public init(
    number: UInt32, digest: [UInt8], scopes: Scopes, label: String, created: Timestamp
  ) {
    self.number = number
    self.digest = digest
    self.scopes = scopes
    self.label = label
    self.created = created
  }
}

/// A durable identity: a name with what opens it.
public struct AccountState: Hashable, Sendable {
  public var id: AccountID
  public var name: Name
  public var created: Timestamp
  /// Whom the others see under the account's own name.
  public var participant: ParticipantID
  /// Counts the changes of the credential: what was checked against an older one is void.
  public var version: UInt32
  /// Nil where no password opens it.
  public var credential: Credential?
  public var isAdministrator: Bool
  /// In the order of their numbers.
  public var tokens: [APIToken]
  /// The last number given to a token.
  public var lastToken: UInt32
  /// SHA-256 of each client certificate that opens it.
  public var certificates: [[UInt8]]

  public init(
    id: AccountID, name: Name, created: Timestamp, participant: ParticipantID,
    version: UInt32 = 1, credential: Credential?, isAdministrator: Bool = false,
    tokens: [APIToken] = [], lastToken: UInt32 = 0, certificates: [[UInt8]] = []
  ) {
    self.id = id
    self.name = name
    self.created = created
    self.participant = participant
    self.version = version
    self.credential = credential
    self.isAdministrator = isAdministrator
    self.tokens = tokens
    self.lastToken = lastToken
    self.certificates = certificates
  }
}

/// A code that lets one person register.
public struct InviteState: Hashable, Sendable {
  /// Counted from 1, never used again.
  public var number: UInt32
  /// SHA-256 of the code.
  public var digest: [UInt8]
  public var by: String
  public var until: Timestamp

  public init(number: UInt32, digest: [UInt8], by: String, until: Timestamp) {
    self.number = number
    self.digest = digest
    self.by = by
    self.until = until
  }
}

/// Who may make an account of a name.
public enum Registration: UInt8, Hashable, Sendable, CaseIterable {
  case open = 1
  /// Only with a code from an administrator.
  case invite = 2
  /// Nobody but administrators.
  case closed = 3
}

// MARK: Commands

/// What people ask about their accounts.
public enum AccountCommand: Hashable, Sendable {
  /// Logs in; a guest's session becomes the account's.
  ///
  /// The secret is the password or an API token.
  case login(Name, Secret, autojoin: Bool)
  /// Enters as a guest: as the one with that token, else as a new one under a free name; without a
  /// token one is drawn.
  case enterAsGuest(Name, token: Secret?, autojoin: Bool)
  /// Logs in by the certificate of the connection.
  case loginByCertificate(digest: [UInt8], autojoin: Bool)
  /// Makes the session's name an account.
  case register(Secret, code: Secret?)
  case changePassword(old: Secret, new: Secret)
  /// Makes the account a guest's name again.
  case unregister(Secret)
  case tokens
  case newToken(Scopes, label: String)
  case revokeToken(UInt32)
  /// Lets the connection's certificate open the account.
  case addCertificate(digest: [UInt8])
  case removeCertificates
  /// Which account the connection's certificate opens.
  case whoseCertificate(digest: [UInt8])
  /// What is new in the rooms and conversations that are not open.
  case unread
  /// Sets how far a conversation was read; nil is up to its newest message.
  case mark(ConversationSelector, through: Sequence?)
}

/// What administrators ask.
public enum AdminCommand: Hashable, Sendable {
  case accounts
  /// Without a password, only a token or a certificate opens it.
  case create(Name, Secret?, isAdministrator: Bool)
  case setPassword(Name, Secret)
  case setAdministrator(Name, Bool)
  case delete(Name)
  case tokens(Name)
  case newToken(Name, Scopes, label: String)
  case revokeToken(Name, UInt32)
  case invites
  /// A code that lets one person register within so many microseconds.
  case newInvite(microseconds: Int64)
  case revokeInvite(UInt32)
  case sessions
  case announce(String)
  /// As an administrator may anywhere.
  case moderate(Moderation)
  case moderation(ModerationQuery)
}

// MARK: Secrets at work

/// What is to be done with a secret before the law decides: by the account service, which may take
/// its time.
public enum SecretWork: Hashable, Sendable {
  /// Compares a password with a credential; there is none where there is no such account, and the
  /// answer must take as long.
  case check(Secret, Credential?, of: Name, then: Verified)
  /// Compares, then makes a credential of the new password.
  case change(Secret, Credential?, of: Name, to: Secret, account: AccountID, version: UInt32)
  /// Makes a credential of a password; the code is hashed.
  case register(Secret, code: Secret?)
  /// The same for an administrator.
  case create(Name, Secret, isAdministrator: Bool, asOwner: Bool)
  case setPassword(Name, Secret, asOwner: Bool)
  /// Hashes a token and looks whose it is.
  case openWithToken(Secret, Name, autojoin: Bool)
  /// Hashes a guest's token, or draws one; quick, and no guess.
  case openAsGuest(Secret?, Name, autojoin: Bool)
  /// Draws a token or a code and hashes it; a token is for oneself, or an administrator's for
  /// another.
  case drawToken(Scopes, label: String)
  case drawTokenFor(Name, Scopes, label: String, asOwner: Bool)
  case drawInvite(microseconds: Int64, asOwner: Bool)

  /// Whose password or token is tried, for those who count failures, whether there is such an
  /// account or not; nil for other work.
  public var guessed: Name? {
    switch self {
    case .check(_, _, of: let name, then: _): name
    case .change(_, _, of: let name, to: _, account: _, version: _): name
    case .openWithToken(_, let name, autojoin: _): name
    case .register, .create, .setPassword, .openAsGuest, .drawToken, .drawTokenFor, .drawInvite:
      nil
    }
  }
}

/// What is offered to the log once secrets have been dealt with: none is in it.
public enum Verified: Hashable, Sendable {
  case login(AccountID, version: UInt32, autojoin: Bool)
  case loginByToken(digest: [UInt8], Name, autojoin: Bool)
  /// As the guest whose token has that SHA-256; the name is for a new one.
  case guest(digest: [UInt8], Name, autojoin: Bool)
  case loginByCertificate(digest: [UInt8], autojoin: Bool)
  case register(Credential, code: [UInt8]?)
  case setCredential(AccountID, version: UInt32, Credential)
  case unregister(AccountID, version: UInt32)
  case addToken(digest: [UInt8], Scopes, label: String)
  case revokeToken(UInt32)
  case addCertificate(digest: [UInt8])
  case removeCertificates
  case mark(ConversationSelector, through: Sequence?)
}

/// What an administrator has decided.
public enum AdminProposal: Hashable, Sendable {
  case create(Name, Credential?, isAdministrator: Bool)
  case setPassword(Name, Credential)
  case setAdministrator(Name, Bool)
  case delete(Name)
  case addToken(Name, digest: [UInt8], Scopes, label: String)
  case revokeToken(Name, UInt32)
  case addInvite(digest: [UInt8], microseconds: Int64)
  case revokeInvite(UInt32)
  case announce(String)
  case moderate(Moderation)
}

// MARK: Answers

/// What is new in a conversation that somebody has not open.
public struct UnreadConversation: Hashable, Sendable {
  /// A room's name, or `@NAME`.
  public var title: String
  /// Messages since it was last open.
  public var count: Int
  /// How many of them mention the asker, of those in memory.
  public var mentions: Int

  public init(title: String, count: Int, mentions: Int) {
    self.title = title
    self.count = count
    self.mentions = mentions
  }
}

/// An account as administrators see it.
public struct AccountSummary: Hashable, Sendable {
  public var name: String
  public var isAdministrator: Bool
  public var sessions: Int
  public var created: Timestamp
  public var hasPassword: Bool
  public var tokens: Int

  public init(
    name: String, isAdministrator: Bool, sessions: Int, created: Timestamp, hasPassword: Bool,
    tokens: Int
  ) {
    self.name = name
    self.isAdministrator = isAdministrator
    self.sessions = sessions
    self.created = created
    self.hasPassword = hasPassword
    self.tokens = tokens
  }
}

/// A session as administrators see it.
public struct SessionSummary: Hashable, Sendable {
  public var session: SessionID
  public var name: String
  public var account: String?
  public var rooms: Int
  public var address: PeerAddress

  public init(
    session: SessionID, name: String, account: String?, rooms: Int, address: PeerAddress
  ) {
    self.session = session
    self.name = name
    self.account = account
    self.rooms = rooms
    self.address = address
  }
}

/// The answers to commands about accounts.
public enum AccountReply: Hashable, Sendable {
  case registered(name: String)
  case passwordChanged(name: String)
  case unregistered(name: String)
  case created(name: String)
  case administrator(name: String, Bool)
  case deleted(name: String)
  case tokens(name: String, [APIToken])
  /// The token itself is put in where it was drawn, and is told this once.
  case tokenAdded(number: UInt32, scopes: Scopes, secret: Secret?)
  case tokenRevoked(number: UInt32)
  case certificateAdded(digest: [UInt8])
  case certificatesRemoved(count: Int)
  /// The account that a certificate opens; nil where there is none.
  case certificateOpens(name: String?)
  /// How far a conversation is read; told to the account's other sessions, too.
  case marked(conversation: String, Sequence)
  case unread([UnreadConversation], more: Int)
  /// A login of a session that can come back is complete: its rooms were told before.
  case arrived(Arrival)
  case accounts([AccountSummary], more: Int)
  case invites([InviteState])
  case inviteAdded(number: UInt32, until: Timestamp, secret: Secret?)
  case inviteRevoked(number: UInt32)
  case sessions([SessionSummary], more: Int)
  case announced
}

import FoundationEssentials
package import ParleyModel
import SwiftProtobuf

// Accounts: what of them is kept, and what is decided about them.

extension ProtoCredential {
  init(_ credential: Credential) {
    self.logCost = UInt32(credential.scrypt.logCost)
    self.blockSize = UInt32(credential.scrypt.blockSize)
    self.parallelism = UInt32(credential.scrypt.parallelism)
    self.salt = Data(credential.scrypt.salt)
    self.key = Data(credential.scrypt.key)
    self.iterations = credential.scram.iterations
    self.scramSalt = Data(credential.scram.salt)
    self.storedKey = Data(credential.scram.storedKey)
    self.serverKey = Data(credential.scram.serverKey)
  }
}

extension Credential {
  init(_ proto: ProtoCredential) throws(CodecError) {
    try known(proto)
    self.init(
      scrypt: Scrypt(
        logCost: UInt8(clamping: proto.logCost), blockSize: UInt16(clamping: proto.blockSize),
        parallelism: UInt16(clamping: proto.parallelism), salt: Array(proto.salt),
        key: Array(proto.key)),
      scram: Scram(
        iterations: proto.iterations, salt: Array(proto.scramSalt),
        storedKey: Array(proto.storedKey), serverKey: Array(proto.serverKey)))
  }
}

extension Scopes {
  init(_ number: UInt32) throws(CodecError) {
    guard let value = UInt8(exactly: number), Scopes.all.isSuperset(of: Scopes(rawValue: value))
    else { throw .newer("unknown scope of a token") }
    self.init(rawValue: value)
  }
}

extension ProtoVerified {
  init(_ verified: Verified) {
    switch verified {
    case .login(let account, let version, let autojoin):
      self.login = .with {
        $0.account = account.number
        $0.version = version
        $0.autojoin = autojoin
      }
    case .loginByToken(let digest, let name, let autojoin):
      self.loginByToken = .with {
        $0.digest = Data(digest)
        $0.name = ProtoName(name)
        $0.autojoin = autojoin
      }
    case .guest(let digest, let name, let autojoin):
      self.guest = .with {
        $0.digest = Data(digest)
        $0.name = ProtoName(name)
        $0.autojoin = autojoin
      }
    case .loginByCertificate(let digest, let autojoin):
      self.loginByCertificate = .with {
        $0.digest = Data(digest)
        $0.autojoin = autojoin
      }
    case .register(let credential, let code):
      self.register = .with {
        $0.credential = ProtoCredential(credential)
        if let code { $0.code = Data(code) }
      }
    case .setCredential(let account, let version, let credential):
      self.setCredential = .with {
        $0.account = account.number
        $0.version = version
        $0.credential = ProtoCredential(credential)
      }
    case .unregister(let account, let version):
      self.unregister = .with {
        $0.account = account.number
        $0.version = version
      }
    case .addToken(let digest, let scopes, let label):
      self.addToken = .with {
        $0.digest = Data(digest)
        $0.scopes = UInt32(scopes.rawValue)
        $0.label = label
      }
    case .revokeToken(let number): self.revokeToken = number
    case .addCertificate(let digest): self.addCertificate = Data(digest)
    case .removeCertificates: self.removeCertificates = true
    case .mark(let selector, let through):
      self.mark = .with {
        switch selector {
        case .room(.current): $0.current = true
        case .room(.named(let name)): $0.room = ProtoName(name)
        case .direct(let name): $0.direct = ProtoName(name)
        }
        if let through { $0.through = through.number }
      }
    }
  }
}

extension Verified {
  init(_ proto: ProtoVerified) throws(CodecError) {
    try known(proto)
    switch proto.what {
    case .login(let it):
      try known(it)
      self = .login(AccountID(it.account), version: it.version, autojoin: it.autojoin)
    case .loginByToken(let it):
      try known(it)
      self = .loginByToken(
        digest: Array(it.digest), try Name(it.name), autojoin: it.autojoin)
    case .guest(let it):
      try known(it)
      self = .guest(digest: Array(it.digest), try Name(it.name), autojoin: it.autojoin)
    case .loginByCertificate(let it):
      try known(it)
      self = .loginByCertificate(digest: Array(it.digest), autojoin: it.autojoin)
    case .register(let it):
      try known(it)
      self = .register(try Credential(it.credential), code: it.hasCode ? Array(it.code) : nil)
    case .setCredential(let it):
      try known(it)
      self = .setCredential(
        AccountID(it.account), version: it.version, try Credential(it.credential))
    case .unregister(let it):
      try known(it)
      self = .unregister(AccountID(it.account), version: it.version)
    case .addToken(let it):
      try known(it)
      self = .addToken(digest: Array(it.digest), try Scopes(it.scopes), label: it.label)
    case .revokeToken(let number): self = .revokeToken(number)
    case .addCertificate(let digest): self = .addCertificate(digest: Array(digest))
    case .removeCertificates: self = .removeCertificates
    case .mark(let it):
      try known(it)
      let selector: ConversationSelector =
        switch it.conversation {
        case .current: .room(.current)
        case .room(let name): .room(.named(try Name(name)))
        case .direct(let name): .direct(try Name(name))
        case nil: throw .newer("a mark names no conversation that this release knows")
        }
      self = .mark(selector, through: it.hasThrough ? Sequence(it.through) : nil)
    case nil: throw .newer("an account was told what this release does not know")
    }
  }
}

extension ProtoAdminister {
  init(_ proposal: AdminProposal, asOwner: Bool) {
    self.asOwner = asOwner
    switch proposal {
    case .create(let name, let credential, let isAdministrator):
      self.create = .with {
        $0.name = ProtoName(name)
        if let credential { $0.credential = ProtoCredential(credential) }
        $0.isAdministrator = isAdministrator
      }
    case .setPassword(let name, let credential):
      self.setPassword = .with {
        $0.name = ProtoName(name)
        $0.credential = ProtoCredential(credential)
      }
    case .setAdministrator(let name, let isAdministrator):
      self.setAdministrator = .with {
        $0.name = ProtoName(name)
        $0.isAdministrator = isAdministrator
      }
    case .delete(let name): self.delete = ProtoName(name)
    case .addToken(let name, let digest, let scopes, let label):
      self.addToken = .with {
        $0.name = ProtoName(name)
        $0.digest = Data(digest)
        $0.scopes = UInt32(scopes.rawValue)
        $0.label = label
      }
    case .revokeToken(let name, let number):
      self.revokeToken = .with {
        $0.name = ProtoName(name)
        $0.number = number
      }
    case .addInvite(let digest, let microseconds):
      self.addInvite = .with {
        $0.digest = Data(digest)
        $0.microseconds = microseconds
      }
    case .revokeInvite(let number): self.revokeInvite = number
    case .announce(let text): self.announce = text
    case .moderate(let moderation): self.moderate = ProtoModerate(moderation)
    }
  }
}

extension AdminProposal {
  init(_ proto: ProtoAdminister) throws(CodecError) {
    try known(proto)
    switch proto.what {
    case .create(let it):
      try known(it)
      self = .create(
        try Name(it.name), it.hasCredential ? try Credential(it.credential) : nil,
        isAdministrator: it.isAdministrator)
    case .setPassword(let it):
      try known(it)
      self = .setPassword(try Name(it.name), try Credential(it.credential))
    case .setAdministrator(let it):
      try known(it)
      self = .setAdministrator(try Name(it.name), it.isAdministrator)
    case .delete(let name): self = .delete(try Name(name))
    case .addToken(let it):
      try known(it)
      self = .addToken(
        try Name(it.name), digest: Array(it.digest), try Scopes(it.scopes), label: it.label)
    case .revokeToken(let it):
      try known(it)
      self = .revokeToken(try Name(it.name), it.number)
    case .addInvite(let it):
      try known(it)
      self = .addInvite(digest: Array(it.digest), microseconds: it.microseconds)
    case .revokeInvite(let number): self = .revokeInvite(number)
    case .announce(let text): self = .announce(text)
    case .moderate(let it): self = .moderate(try Moderation(it))
    case nil: throw .newer("an administrator decided what this release does not know")
    }
  }
}

extension ProtoAccountState {
  init(_ state: AccountState) {
    self.id = state.id.number
    self.name = ProtoName(state.name)
    self.created = state.created.microseconds
    self.participant = state.participant.number
    self.version = state.version
    if let credential = state.credential { self.credential = ProtoCredential(credential) }
    self.isAdministrator = state.isAdministrator
    self.tokens = state.tokens.map { token in
      .with {
        $0.number = token.number
        $0.digest = Data(token.digest)
        $0.scopes = UInt32(token.scopes.rawValue)
        $0.label = token.label
        $0.created = token.created.microseconds
      }
    }
    self.lastToken = state.lastToken
    self.certificates = state.certificates.map { Data($0) }
  }
}

extension ProtoInviteState {
  init(_ state: InviteState) {
    self.number = state.number
    self.digest = Data(state.digest)
    self.by = state.by
    self.until = state.until.microseconds
  }
}

extension StateCodec {
  package static func account(_ bytes: [UInt8]) throws(CodecError) -> AccountState {
    let it: ProtoAccountState = try self.message(bytes)
    return AccountState(
      id: AccountID(it.id), name: try Name(it.name),
      created: Timestamp(microseconds: it.created), participant: ParticipantID(it.participant),
      version: it.version, credential: it.hasCredential ? try Credential(it.credential) : nil,
      isAdministrator: it.isAdministrator,
      tokens: try it.tokens.map { (token) throws(CodecError) in try APIToken(token) },
      lastToken: it.lastToken, certificates: it.certificates.map { Array($0) })
  }

  package static func invite(_ bytes: [UInt8]) throws(CodecError) -> InviteState {
    let it: ProtoInviteState = try self.message(bytes)
    return InviteState(
      number: it.number, digest: Array(it.digest), by: it.by,
      until: Timestamp(microseconds: it.until))
  }
}

extension APIToken {
  fileprivate init(_ proto: ProtoAccountState.Token) throws(CodecError) {
    try known(proto)
    self.init(
      number: proto.number, digest: Array(proto.digest), scopes: try Scopes(proto.scopes),
      label: proto.label, created: Timestamp(microseconds: proto.created))
  }
}

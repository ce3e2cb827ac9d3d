package import ParleyModel

extension Conversation {
  /// Decides what becomes of a command before its turn.
  ///
  /// It may be refused here by state only where the session has nothing earlier in the turn:
  /// otherwise something that is still to be applied may allow it. A command that stores a message
  /// is not refused by state while nonces of its sender are remembered, because it may be a
  /// repeated one that has its answer already.
  package mutating func admit(
    _ command: Command, from session: SessionID, earlierInTurn: Bool
  ) -> Admission {
    do throws(Refusal) {
      switch command {
      case .greet, .ping, .topic, .list, .read, .history, .page, .search, .who, .rooms, .whois,
        .moderation, .misuse, .local:
        return .answer
      case .account(.loginByCertificate(let digest, autojoin: _))
      where !earlierInTurn && self.accounts.withCertificate(digest) == nil:
        // Whoever has no account leaves no trace in the log.
        throw .noCertificate
      case .verified(.guest(let digest, let name, autojoin: _)) where !earlierInTurn:
        try self.checkGuest(token: digest, name, from: session)
        return command.proposal.map { .propose($0) } ?? .answer
      case .account, .administer, .verified, .administerVerified, .moderate:
        return command.proposal.map { .propose($0) } ?? .answer
      case .quit(let departure):
        if case .quit(let word) = departure, !word.isEmpty {
          try TextRules.check(word, .lastWord, bytesMax: Limits.awayBytesMax)
        }
        // One that never logged in leaves no trace in the log.
        let isKnown = earlierInTurn || self.isLoggedIn(session)
        return isKnown ? .propose(.quit(departure)) : .answer
      case .login, .nick, .join, .add, .leave, .close, .setTopic, .say, .post, .reply, .direct,
        .remove,
        .away, .ignore:
        if !earlierInTurn { try self.check(command, from: session) }
        return command.proposal.map { .propose($0) } ?? .answer
      }
    } catch {
      // What ends with time is decided by the entry's own stamp: that of the newest entry, which
      // is all that is known here, may be long ago.
      if case .banned = error, let proposal = command.proposal { return .propose(proposal) }
      return .refuse(error)
    }
  }

  /// Refuses what the state as it is now would refuse.
  private func check(_ command: Command, from session: SessionID) throws(Refusal) {
    switch command {
    case .login(let name, _): try self.checkLogin(name, from: session)
    case .nick(let name): try self.checkRename(to: name, from: session)
    case .join(let name): try self.checkJoin(name, from: session)
    case .add(let name): try self.checkAdd(name, from: session)
    case .leave(let selector, let then):
      _ = try self.checkLeave(selector, then: then, from: session)
    case .close(let selector): _ = try self.checkClose(selector, from: session)
    case .setTopic(let selector, let text):
      _ = try self.checkTopic(selector, text, from: session)
    case .ignore(let name): try self.checkIgnore(name, from: session)
    case .say(let selector, _, _), .post(let selector, _, _), .reply(let selector, _, _):
      let state = try self.loggedIn(session)
      if self.mayRepeat(state) { return }
      _ = try self.joined(selector, by: state)
    case .direct(let target, _, _):
      let state = try self.loggedIn(session)
      if self.mayRepeat(state) { return }
      _ = try self.recipient(target, from: state)
    case .remove(let selector, _):
      _ = try self.removable(selector, by: try self.loggedIn(session))
    case .away: _ = try self.loggedIn(session)
    case .greet, .quit, .ping, .topic, .list, .read, .history, .page, .search, .who, .rooms,
      .whois, .account, .administer, .verified, .administerVerified, .moderate, .moderation,
      .misuse, .local:
      break
    }
  }
}

extension Conversation {
  /// Whether a command of a session may be one that had its effect already.
  private func mayRepeat(_ session: Session) -> Bool {
    !self.nonces.isEmpty
      && self.nonces.index(forKey: self.nonceHolder(session.participant)) != nil
  }
}

extension Command {
  /// What a command that may change something offers to the log.
  fileprivate var proposal: Proposal? {
    switch self {
    case .login(let name, let autojoin): .login(name, autojoin: autojoin)
    case .nick(let name): .nick(name)
    case .quit(let departure): .quit(departure)
    case .join(let name): .join(name)
    case .add(let name): .add(name)
    case .leave(let selector, let then): .leave(selector, then: then)
    case .close(let selector): .close(selector)
    case .setTopic(let selector, let text): .setTopic(selector, text)
    case .say(let selector, let kind, let text): .say(selector, kind, text)
    case .post(let selector, let subject, let body):
      .post(selector, subject: subject, body: body)
    case .reply(let selector, let sequence, let body): .reply(selector, to: sequence, body: body)
    case .direct(let target, let kind, let text): .direct(target, kind, text)
    case .remove(let selector, let sequence): .remove(selector, sequence)
    case .away(let text): .away(text)
    case .ignore(let name): .ignore(name)
    case .account(let command): command.proposal.map { .verified($0) }
    case .administer(let command, let asOwner):
      command.proposal.map { .administer($0, asOwner: asOwner) }
    case .verified(let verified): .verified(verified)
    case .administerVerified(let proposal, let asOwner): .administer(proposal, asOwner: asOwner)
    case .moderate(let moderation): .moderate(moderation)
    case .greet, .ping, .topic, .list, .read, .history, .page, .search, .who, .rooms, .whois,
      .moderation, .misuse, .local:
      nil
    }
  }
}

extension AccountCommand {
  /// What changes something and has no secret that must be dealt with first.
  fileprivate var proposal: Verified? {
    switch self {
    case .loginByCertificate(let digest, let autojoin):
      .loginByCertificate(digest: digest, autojoin: autojoin)
    case .revokeToken(let number): .revokeToken(number)
    case .addCertificate(let digest): .addCertificate(digest: digest)
    case .removeCertificates: .removeCertificates
    case .mark(let selector, let through): .mark(selector, through: through)
    case .login, .enterAsGuest, .register, .changePassword, .unregister, .tokens, .newToken,
      .whoseCertificate, .unread:
      nil
    }
  }
}

extension AdminCommand {
  fileprivate var proposal: AdminProposal? {
    switch self {
    case .create(let name, nil, let isAdministrator):
      .create(name, nil, isAdministrator: isAdministrator)
    case .setAdministrator(let name, let isAdministrator):
      .setAdministrator(name, isAdministrator)
    case .delete(let name): .delete(name)
    case .revokeToken(let name, let number): .revokeToken(name, number)
    case .revokeInvite(let number): .revokeInvite(number)
    case .announce(let text): .announce(text)
    case .moderate(let moderation): .moderate(moderation)
    case .accounts, .create, .setPassword, .tokens, .newToken, .invites, .newInvite, .sessions,
      .moderation:
      nil
    }
  }
}

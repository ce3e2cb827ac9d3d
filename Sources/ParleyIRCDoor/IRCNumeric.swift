/// The numerics that this door sends, with their texts
/// (https://modern.ircdocs.horse/#numerics).
enum IRCNumeric: UInt16, Hashable, Sendable {
  case welcome = 1
  case yourHost = 2
  case created = 3
  case myInfo = 4
  case isSupport = 5
  case topic = 332
  case topicWhoTime = 333
  case names = 353
  case endOfNames = 366
  case unknownError = 400
  case noSuchNick = 401
  case noSuchChannel = 403
  case cannotSendToChannel = 404
  case tooManyChannels = 405
  case invalidCapability = 410
  case noRecipient = 411
  case noTextToSend = 412
  case inputTooLong = 417
  case unknownCommand = 421
  case noMotd = 422
  case noNicknameGiven = 431
  case erroneousNickname = 432
  case nicknameInUse = 433
  case notOnChannel = 442
  case notRegistered = 451
  case needMoreParameters = 461
  case alreadyRegistered = 462
  case passwordMismatch = 464
  case bannedCreep = 465
  case inviteOnlyChannel = 473
  case bannedFromChannel = 474
  case badChannelMask = 476
  case chanOPrivilegesNeeded = 482

  /// The three digits.
  var digits: String {
    let text = String(self.rawValue)
    return String(repeating: "0", count: 3 - text.utf8.count) + text
  }
}

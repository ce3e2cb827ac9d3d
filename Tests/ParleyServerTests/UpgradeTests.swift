import Foundation
import ParleyTesting
import Testing

/// Data directories that earlier builds wrote, kept in Fixtures, are served by this one.
@Suite struct `Data of an earlier build` {
  private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures")

  /// Unpacks one and starts a server on it.
  private static func serve(_ name: String, in directory: String) throws -> ProcessUnderTest {
    let archive = Self.fixtures.appending(path: name).path
    let unpacking = try ChildProcess(["tar", "-xzf", archive, "-C", directory])
    var output = unpacking.output
    while (try? output.next(until: .usual)) != nil {}
    guard unpacking.waitAfterItsOutput() == 0 else { throw TalkFailure("cannot unpack \(name)") }
    return try ProcessUnderTest(
      flags: ["--default-backlog", "all", "--permanent-rooms", "news"], directory: directory)
  }

  /// `before-accounts-stopped` was written before there were accounts, and stopped cleanly; of
  /// `before-accounts-killed` the last entry is in the log alone.
  @Test(arguments: ["before-accounts-stopped.tar.gz", "before-accounts-killed.tar.gz"])
  func `is there, and its names can become accounts`(name: String) async throws {
    let directory = try TemporaryDirectory()
    try await onItsOwnThread {
      let server = try Self.serve(name, in: directory.path)
      let ann = try TalkClient("ann", port: server.port)
      try ann.say("ana")
      try ann.expect("*You are ana, session *")
      try ann.expect("[lobby] topic: The topic of before")
      try ann.expect("*[lobby] #1 ana: hello from before")
      try ann.expect("*[lobby] #2 bob: an answer, grüße")
      try ann.expect("*[lobby] #3 * ana waves")
      try ann.expect("*[lobby] #5 ana posted \"Minutes\": /read 5")
      try ann.say("/read 6")
      try ann.expect("ok #6 of lobby by bob, *, an answer to #5: Minutes")
      try ann.say("/read 4")
      try ann.expect("error message_removed: *by ana*")
      try ann.say("/join python")
      try ann.expect("*[python] #2 bob: ssss")
      try ann.say("/rooms")
      try ann.expect("*  news *")
      try ann.say("/register")
      try ann.say("correct horse")
      try ann.say("correct horse")
      try ann.expect("*ok ana is your account*")
      try ann.say("and after")
      try ann.expect("*[python] #3 ana: and after")
      try server.kill()
      try server.start()
      let again = try TalkClient("again", port: server.port)
      try again.say("/login ana")
      try again.say("correct horse")
      try again.expect("*You are ana, session *")
      try again.say("/history 1")
      try again.expect("*[python] #3 ana: and after")
      #expect(try server.stop() == 0)
    }
  }
  /// Each row of accounts, roles and moderation, on what was there before, and over a restart.
  @Test(arguments: ["before-accounts-stopped.tar.gz", "before-accounts-killed.tar.gz"])
  func `is governed like any other`(name: String) async throws {
    let directory = try TemporaryDirectory()
    try await onItsOwnThread {
      let server = try Self.serve(name, in: directory.path)
      try server.admin("create root", input: "correct horse")
      let root = try Moderated.login("root", server)
      let ann = try Moderated.account("ana", server)
      let bob = try Moderated.guest("bob", server)
      for person in [root, ann, bob] { try person.ask("/join python", "ok text goes to python") }
      try Self.govern(root, ann, bob)
      try Self.lookAfterAccounts(root, ann)
      try server.kill()
      try server.start()
      try Self.findAgain(server)
      #expect(try server.stop() == 0)
    }
  }

  private static func govern(_ root: TalkClient, _ ann: TalkClient, _ bob: TalkClient) throws {
    // Its owner was a guest, who has gone.
    try root.ask("/room", "ok python, without an owner:")
    try ann.ask("/op bob", "error not_permitted: *")
    try root.ask("/owner ana", "ok ana owns python now")
    try ann.ask("/op bob", "ok bob is an operator*")
    try ann.ask("/deop bob", "ok bob is no longer an operator*")
    try bob.ask("/report 2 an advert", "ok #2 of python is reported; *")
    try bob.ask("spam", "*[python] #3 bob: spam")
    try ann.ask("/removeall by 2", "ok * of bob in python * removed")
    try ann.ask("/mute bob 2h", "ok bob is muted in python until *")
    try bob.ask("but", "error muted: *")
    try ann.ask("/unmute bob", "ok bob is no longer muted*")
    try ann.ask("/kick bob enough", "ok bob is out of python")
    try bob.expect("\\*\\*\\* you were kicked from python by ana: enough; *")
    for (line, answer) in [
      ("/ban eve 2h", "ok eve is banned from python until *"), ("/ban zoe", "ok zoe is banned*"),
      ("/unban zoe", "ok zoe is no longer banned*"), ("/mute cy", "ok cy is muted*"),
      ("/room private on", "ok python: private on"), ("/invite bob", "ok bob is invited*"),
      ("/room permanent on", "ok python: permanent on"), ("/mark 2", "ok python is read up to #2"),
      ("/join old", "ok you made old*"), ("/disown", "ok nobody owns old now"),
    ] {
      try ann.ask(line, answer)
    }
  }

  private static func lookAfterAccounts(_ root: TalkClient, _ ann: TalkClient) throws {
    for line in ["/passwd", "correct horse", "battery staple"] { try ann.say(line) }
    try ann.ask("battery staple", "*ok ana has its new password")
    try ann.ask("/token new read bot", "ok token 1 (read), shown this once: *")
    for (line, answer) in [
      ("/serverban 192.0.2.0/24 2h test", "ok 192.0.2.0/24 is banned*"),
      ("/serverban zoe", "ok zoe is banned*"), ("/serverunban zoe", "ok zoe is no longer*"),
      ("/invitecode 12h", "ok code 1, *"), ("/sessions", "ok 3 sessions:"),
      ("/announce an upgrade", "ok everybody was told"),
    ] {
      try root.ask(line, answer)
    }
  }

  private static func findAgain(_ server: ProcessUnderTest) throws {
    let root = try Moderated.login("root", server)
    try root.ask("/serverban", "ok 1 ban from the server:")
    try root.expectNext("  192.0.2.0/24  by root  * until * test")
    try root.ask("/serveraudit", "ok * entries of the audit log of the server*")
    let ann = try TalkClient("ann", port: server.port)
    try ann.say("/login ana")
    try ann.ask("battery staple", "*You are ana, session *")
    try ann.expectNext("[python] 1 new")
    for (line, answer) in [
      ("/token", "ok 1 token of ana:"), ("/room #python", "ok python, owned by ana:"),
      ("/ban #python", "ok 1 ban from python:"), ("/mute #python", "ok 1 mute in python:"),
      ("/invite #python", "ok no invitations *"), ("/op #python", "ok no operators *"),
      ("/audit #python", "ok * entries of the audit log of python*"), ("/room", "ok old, without*"),
    ] {
      try ann.ask(line, answer)
    }
    try ann.say("/unregister")
    try ann.ask("battery staple", "*ok ana is no account any more; *")
    try root.ask("/room #python", "ok python, without an owner:")
  }
}

import NIOCore
import ParleyDoorKit
import ParleyJSONDoor
import ParleyModel
import ParleyTesting
import Testing

typealias JSONTalk = Talk<JSONDialect>

extension Talk<JSONDialect> {
  /// Ana, in the lobby.
  static func inside(echo: Bool = true) -> Self {
    var talk = Self(JSONDialect())
    let requests = talk.send(
      #"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"name":"ana","echo":\#(echo)}}"# + "\n")
    let welcome = Reply.welcome(session: SessionID(7), name: "ana", account: nil)
    _ = talk.print(.reply(requests[0].tag, welcome))
    _ = talk.print(.reply(.none, .entered(Sample.entry(reason: .autojoin))))
    _ = talk.print(.reply(.none, .account(.arrived(Arrival()))))
    return talk
  }

  /// What is asked for by a method with those params.
  mutating func ask(_ method: String, _ params: String, id: String = "2") -> [Request] {
    self.send(#"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"# + "\n")
  }

  /// The error that one line is answered with by the door itself.
  mutating func error(of line: String) throws -> JSONTree? {
    let requests = self.send(line + "\n")
    guard requests.map(\.command) == [.local] else { return nil }
    let answer = try JSONTree(self.answer(.local))
    #expect(Contract.checker.faults(of: answer, path: "error.json") == [])
    return answer
  }
}

@Suite struct `The JSON door` {
  @Test func `answers a hello when its rooms are open`() throws {
    var talk = JSONTalk(JSONDialect())
    let token = "0123456789abcdefghijklmn"
    let requests = talk.send(
      #"{"jsonrpc":"2.0","id":"h","method":"hello","params":{"name":"ana","token":"\#(token)","#
        + #""cursors":{"Lobby":{"epoch":"1z141z5","sequence":40},"@bob":{"epoch":"?","#
        + #""sequence":1}}}}"# + "\n")
    let hello = AccountCommand.enterAsGuest(
      Sample.name("ana"), token: Secret(token), autojoin: true)
    #expect(requests.map(\.command) == [.account(hello)])
    let cursors = [
      ConversationCursor(
        .room(Sample.room("Lobby")), Cursor(epoch: Sample.id(1).epoch, sequence: Sequence(40))),
      ConversationCursor(
        .direct(Sample.name("bob")),
        Cursor(epoch: Epoch(incarnation: 0, counter: 0), sequence: Sequence(1))),
    ]
    #expect(requests[0].comeback == Comeback(cursors: cursors))
    let welcome = Reply.welcome(session: SessionID(7), name: "ana", account: nil)
    #expect(talk.print(.reply(requests[0].tag, welcome)) == "")
    let unread = UnreadConversation(title: "@bob", count: 2, mentions: 2)
    #expect(talk.print(.reply(.none, .account(.unread([unread], more: 1)))) == "")
    for (name, resumption) in [
      ("lobby", Resumption.fault(.otherEpoch)), ("python", .after(Sequence(3))), ("c", .none),
    ] {
      var entry = Sample.entry(name, reason: .autojoin, messages: [Sample.message()])
      entry.resumption = resumption
      #expect(talk.print(.reply(.none, .entered(entry))) == "")
    }
    let arrival = Arrival(
      directs: [
        Arrival.Direct(
          name: "cy", epoch: Sample.id(1).epoch, head: Sequence(4), resumption: .after(.zero))
      ], directsMore: 2, lost: [Arrival.Lost(cursors[1].conversation, .expired)])
    let answer = try JSONTree(talk.print(.reply(.none, .account(.arrived(arrival)))))
    #expect(Contract.checker.faults(of: answer, path: "methods/hello.json#/$defs/response") == [])
    #expect(answer["id"] == "h")
    let rooms = answer["result"]?["rooms"]
    #expect(rooms?.elements.map { $0["room"] } == ["lobby", "python", "c"])
    #expect(rooms?.elements.map { $0["reason"] } == ["other_epoch", nil, nil])
    #expect(
      rooms?.elements.map { $0["resumed"] } == [.boolean(false), .boolean(true), .boolean(false)])
    #expect(answer["result"]?["token"] == .string(token))
    #expect(answer["result"]?["directs"]?[0]?["room"] == "@cy")
    #expect(answer["result"]?["directs"]?[0]?["resumed"] == .boolean(true))
    #expect(answer["result"]?["directs_more"] == .integer(2))
    #expect(answer["result"]?["lost"]?[0]?["room"] == "@bob")
    #expect(answer["result"]?["lost"]?[0]?["reason"] == "expired")
    #expect(rooms?[0]?["messages"]?[0]?["text"] == "hello all")
    #expect(answer["result"]?["unread"]?[0]?["room"] == "@bob")
  }

  @Test func `answers a hello that is refused once`() throws {
    var talk = JSONTalk(JSONDialect())
    let requests = talk.ask("hello", #"{"name":"ana"}"#)
    let refused = talk.print(.refused(requests[0].tag, .nameTaken("ana", free: "ana2")))
    #expect(
      refused
        == #"{"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"ana is taken, or looks like "#
        + #"a name that is","data":{"code":"name_taken","free":"ana2"}}}"# + "\n")
    #expect(talk.ask("hello", #"{"name":"ana2"}"#).count == 1)
  }

  @Test func `tells a guest the token that was drawn for it, and an account none`() throws {
    for account in [nil, "ana"] {
      var talk = JSONTalk(JSONDialect())
      let requests = talk.ask("hello", #"{"name":"ana"}"#)
      #expect(requests[0].comeback == Comeback())
      let welcome = Reply.welcome(session: SessionID(7), name: "ana", account: account)
      _ = talk.print(.reply(requests[0].tag, welcome))
      let arrival = Arrival(token: account == nil ? Secret("drawn") : nil)
      let answer = try JSONTree(talk.print(.reply(.none, .account(.arrived(arrival)))))
      #expect(answer["result"]?["token"] == (account == nil ? "drawn" : .null))
    }
  }

  @Test(arguments: [
    #""token":"short""#, #""cursors":{"a b":{"epoch":"k","sequence":1}}"#,
    #""cursors":{"lobby":{"epoch":"k"}}"#, #""cursors":{"lobby":{"epoch":"k","sequence":-1}}"#,
  ])
  func `refuses what is no token and what is no cursor`(params: String) throws {
    var talk = JSONTalk(JSONDialect())
    let error = try talk.error(
      of: #"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"name":"ana",\#(params)}}"#)
    #expect(error?["error"]?["data"]?["code"] != nil)
  }

  @Test func `refuses more cursors than there may be`() throws {
    for count in [Limits.cursorsMax, Limits.cursorsMax + 1] {
      var talk = JSONTalk(JSONDialect())
      let cursors = (1...count).map { #""r\#($0)":{"epoch":"k","sequence":1}"# }
      let error = try talk.error(
        of: #"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"name":"ana","cursors":{"#
          + cursors.joined(separator: ",") + "}}}")
      #expect((error?["error"]?["data"]?["code"] == "too_many") == (count > Limits.cursorsMax))
    }
  }

  @Test func `announces what is sent again and its end`() throws {
    var talk = JSONTalk.inside()
    let replay = Replay(
      room: RoomID(1), title: "@bob", epoch: Sample.id(1).epoch, after: Sequence(4), position: nil,
      through: Position(9), head: Sequence(7))
    let behind = try JSONTree(talk.print(.behind(replay)))
    #expect(Contract.checker.faults(of: behind, path: "events/behind.json") == [])
    #expect(behind["params"]?["sequence"] == .integer(4))
    #expect(behind["params"]?["through"] == .integer(7))
    let end = try JSONTree(talk.print(.caughtUp(replay)))
    #expect(Contract.checker.faults(of: end, path: "events/caught_up.json") == [])
    #expect(end["params"]?["room"] == "@bob" && end["params"]?["sequence"] == .integer(7))
    // The other one is called otherwise now.
    let direct = DirectEvent(
      message: Sample.message(3, .say, from: Sample.bob, "psst"), recipient: "ana", isOwn: false,
      other: "rob")
    let told = try JSONTree(talk.print(.direct(direct)))
    #expect(told["params"]?["room"] == "@rob" && told["params"]?["from"] == "bob")
  }

  @Test func `takes a password or an API token for an account`() {
    for params in [#""password":"horse""#, #""token":"parley_x""#, #""password":"parley_x""#] {
      var talk = JSONTalk(JSONDialect())
      let commands = talk.ask("hello", #"{"name":"ana",\#(params),"autojoin":false}"#)
        .map(\.command)
      let secret = Secret(params.contains("horse") ? "horse" : "parley_x")
      let login = Command.account(.login(Sample.name("ana"), secret, autojoin: false))
      #expect(commands == [login])
    }
  }

  @Test func `tells a room what happens`() {
    let talk = JSONTalk.inside()
    #expect(
      talk.told(.message(Sample.message("say \"hi\"\n\u{7}")))
        == #"{"jsonrpc":"2.0","method":"message","params":{"room":"lobby","epoch":"1z141z5","#
        + #""sequence":42,"id":"1z141z5-16","from":"ana","account":null,"to":null,"kind":"say","#
        + #""text":"say \"hi\"\n\u0007","time":"2026-11-20T12:03:05.000000Z"}}"# + "\n")
  }

  @Test func `says every event as the contract has it`() throws {
    let talk = JSONTalk.inside()
    let removal = Removal(by: Sample.bob, time: Sample.time)
    let account = Sender(participant: ParticipantID(3), name: "cy", account: "cy\"")
    var events: [Event] = [
      .message(Sample.message("gone", removal: removal)),
      .message(Sample.message(1, .action, from: account, "waves")),
      .message(Sample.message(2, .notify, "so")),
      .message(Sample.message(3, .post, subject: "Minutes", "All agreed.", replyTo: Sequence(1))),
      .message(Sample.message(3, .post, subject: "Minutes", "", removal: removal)),
      .message(Sample.message(4, .say, from: account, "x")), .came(account, present: 3),
      .topic("snakes", by: Sample.ana), .topic("", by: Sample.ana),
      .renamed(Sample.ana, to: "anna"), .removed(Sequence(3), Sample.id(3), by: Sample.bob),
    ]
    let departures: [Departure] = [
      .left, .switched, .quit(""), .quit("bye"), .connectionLost, .timedOut,
      .kicked(by: "ana", reason: ""), .kicked(by: "ana", reason: "enough"), .serverStopped,
    ]
    let changes: [RoomChange] = [
      .setting(.slow(seconds: 30)), .owner("bob"), .owner(nil),
      .removedAll(of: "bob", [Sequence(3), Sequence(4)], Sample.id(3).epoch),
    ]
    events += changes.map { .changed($0, by: Sample.ana) }
    events += StandingKind.allCases.map {
      .changed(
        .standing($0, title: "bob", until: nil, reason: "enough", isMade: true), by: Sample.ana)
    }
    events += departures.map { .went(account, $0, present: 2) }
    for event in events {
      let frame = try JSONTree(talk.told(event))
      let name = try #require(frame["method"]?.string)
      #expect(Contract.checker.faults(of: frame, path: "events/\(name).json") == [])
      #expect(frame["params"]?["text"] != "All agreed.", "a post is read on demand")
    }
    var buffer = ByteBuffer()
    #expect(talk.dialect.printer.printCrowd(came: 3, went: 2, room: "lobby", into: &buffer))
    let crowd = try JSONTree(String(buffer: buffer))
    #expect(Contract.checker.faults(of: crowd, path: "events/crowd.json") == [])
  }

  @Test func `says every end and word of its own as the contract has it`() throws {
    let closings: [Closing] = [
      .quit, .hungUp, .shuttingDown, .timedOut, .loginTimeout, .idleTimeout, .tooSlow, .tooFast,
      .garbage("no"), .storageFailed, .accessRevoked, .overflow,
    ]
    var outputs = closings.map { SessionOutput.closing($0) }
    outputs += [
      .server("hello \"all\""),
      .skipped(room: "lobby", from: Sequence(3), through: Sequence(9)),
      .direct(DirectEvent(message: Sample.message("psst"), recipient: "bob", isOwn: true)),
      .direct(DirectEvent(message: Sample.message("psst"), recipient: "bob", isOwn: false)),
    ]
    var talk = JSONTalk.inside()
    for output in outputs {
      let frame = try JSONTree(talk.print(output))
      let name = try #require(frame["method"]?.string)
      #expect(Contract.checker.faults(of: frame, path: "events/\(name).json") == [])
    }
    #expect(talk.print(.probe) == #"{"jsonrpc":"2.0","id":"ping","method":"ping"}"# + "\n")
    let pong = talk.send(#"{"jsonrpc":"2.0","id":"ping","result":{}}"# + "\n")
    // It is counted, and not answered.
    #expect(pong.map(\.command) == [.local] && pong[0].tag == .none)
    #expect(talk.print(.reply(.none, .local)) == "")
  }

  @Test func `leaves out the echo where it is not wanted`() {
    #expect(JSONTalk.inside().dialect.printer.echoes)
    let quiet = JSONTalk.inside(echo: false).dialect.printer
    #expect(!quiet.echoes)
    #expect(quiet.variant != JSONTalk.inside().dialect.printer.variant)
  }

  @Test func `gives a nonce on, and answers no notification`() {
    var talk = JSONTalk.inside()
    let said = talk.ask("say", #"{"text":"hi","nonce":"b1f0"}"#)
    #expect(said.map(\.nonce) == [Nonce("b1f0")])
    let request = talk.send(#"{"jsonrpc":"2.0","method":"say","params":{"text":"hi"}}"# + "\n")
    #expect(request.map(\.tag) == [.none])
    let who = talk.send(#"{"jsonrpc":"2.0","method":"who"}"# + "\n")
    #expect(talk.print(.reply(who[0].tag, .people(room: "lobby", [], more: 0))) == "")
    let nope = talk.send(#"{"jsonrpc":"2.0","method":"nope"}"# + "\n")
    #expect(nope.map(\.command) == [.local] && nope[0].tag == .none)
    #expect(talk.print(.refused(.none, .noCurrentRoom)) == "")
  }

  @Test func `ends a batch's long answers, and says still what was done`() throws {
    var talk = JSONTalk.inside()
    let request = #"{"jsonrpc":"2.0","id":7,"method":"operators"}"#
    let join = #"{"jsonrpc":"2.0","id":8,"method":"join","params":{"room":"lobby"}}"#
    let lines = Array(repeating: request, count: 20) + [join]
    let requests = talk.send("[" + lines.joined(separator: ",") + "]\n")
    let standing = StandingSummary(
      title: "bob", by: "ana", since: Sample.time, until: nil,
      reason: String(repeating: "x", count: 65_000))
    for request in requests.prefix(20) {
      let reply = ModerationReply.standings(room: "lobby", .operatorship, [standing], more: 0)
      #expect(talk.print(.reply(request.tag, .moderation(reply))) == "")
    }
    let entry = Sample.entry(reason: .switched, messages: [Sample.message()])
    #expect(talk.print(.reply(requests[20].tag, .entered(entry))) == "")
    let text = talk.print(.reply(requests[21].tag, .local))
    #expect(text.utf8.count < 400 * 1_024)
    let answers = try JSONTree(text).elements
    #expect(answers.count == 21)
    #expect(answers.prefix(20).count { $0["result"] != nil } == 5)
    let codes = answers.prefix(20).suffix(15).map { $0["error"]?["data"]?["code"] }
    #expect(codes.allSatisfy { $0 == "too_long" })
    let room = answers[20]["result"]
    #expect(room?["room"] == "lobby" && room?["opened"] == "switched")
    #expect(room?["messages"] == .array([]) && room?["more"] == .boolean(true))
    #expect(room?["present"] == .array([]))
    #expect(room?["present_more"] == .integer(Int64(entry.present.count + entry.presentMore)))
    let path = "methods/join.json#/$defs/response"
    #expect(Contract.checker.faults(of: answers[20], path: path) == [])
  }

  @Test func `answers a batch at once, and only what asks for an answer`() throws {
    var talk = JSONTalk.inside()
    let requests = talk.send(
      #"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"say","params":"#
        + #"{"text":"x"}},7,{"jsonrpc":"2.0","id":"b","method":"nope"}]"# + "\n")
    #expect(
      requests.map(\.command) == [.ping(""), .say(.current, .say, "x"), .local, .local, .local])
    #expect(talk.print(.reply(requests[0].tag, .pong(""))) == "")
    #expect(talk.print(.reply(requests[2].tag, .local)) == "")
    #expect(talk.print(.reply(requests[3].tag, .local)) == "")
    let batch = try JSONTree(talk.print(.reply(requests[4].tag, .local)))
    #expect(batch.elements.map { $0["id"] } == [.integer(1), .null, "b"])
    #expect(batch[1]?["error"]?["code"] == .integer(-32600))
    #expect(batch[2]?["error"]?["code"] == .integer(-32601))
    // JSON-RPC 2.0 §6: "the server MUST NOT return an empty Array and should return nothing".
    let silent = talk.send(#"[{"jsonrpc":"2.0","method":"say","params":{"text":"x"}}]"# + "\n")
    #expect(talk.print(.reply(silent[1].tag, .local)) == "")
  }

  @Test func `answers quit before the last line`() {
    var talk = JSONTalk.inside()
    #expect(talk.ask("quit", #"{"text":"bye all"}"#).map(\.command) == [.quit(.quit("bye all"))])
    #expect(talk.ask("ping", "{}").isEmpty, "nothing is read behind it")
    #expect(
      talk.print(.closing(.quit))
        == #"{"jsonrpc":"2.0","id":2,"result":{}}"# + "\n"
        + #"{"jsonrpc":"2.0","method":"closing","params":{"reason":"quit","text":"bye"}}"# + "\n")
  }

  @Test func `takes a last line without an end, and leaves`() {
    var talk = JSONTalk.inside()
    talk.send(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
    #expect(talk.end().map(\.command) == [.ping(""), .quit(.connectionLost)])
  }

  @Test(arguments: [
    ("nonsense", -32700, "bad_arguments"), (#"{"jsonrpc":"2.0","id":1"#, -32700, "bad_arguments"),
    (#"{"a":1,"a":2}"#, -32700, "bad_arguments"), (#"{"a":"\ud800"}"#, -32700, "bad_text"),
    (#"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"#, -32700, "too_long"),
    ("[]", -32600, "bad_arguments"), ("1", -32600, "bad_arguments"),
    ("null", -32600, "bad_arguments"), ("{}", -32600, "bad_arguments"),
    (#"{"id":1,"method":"ping"}"#, -32600, "bad_arguments"),
    (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600, "bad_arguments"),
    (#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600, "bad_arguments"),
    (#"{"jsonrpc":"2.0","id":1,"method":7,"result":1}"#, -32600, "bad_arguments"),
    (#"{"jsonrpc":"2.0","id":1,"method":"ping","error":1}"#, -32600, "bad_arguments"),
    (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600, "bad_arguments"),
    (#"{"jsonrpc":"2.0","id":1e400,"method":"ping"}"#, -32600, "bad_arguments"),
    (#"{"jsonrpc":"2.0","id":9007199254740992,"method":"ping"}"#, -32600, "bad_arguments"),
    (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, -32600, "bad_arguments"),
    (#"{"jsonrpc":"2.0","id":1,"method":"ping","parms":{}}"#, -32600, "bad_arguments"),
    (#"{"jsonrpc":"2.0","id":1,"method":"nope"}"#, -32601, "bad_command"),
    (#"{"jsonrpc":"2.0","id":1,"method":"say"}"#, -32602, "bad_arguments"),
    (#"{"jsonrpc":"2.0","id":1,"method":"say","params":["hi"]}"#, -32602, "bad_arguments"),
    (#"{"jsonrpc":"2.0","id":1,"method":"say","params":{"text":7}}"#, -32602, "bad_arguments"),
    (
      #"{"jsonrpc":"2.0","id":1,"method":"say","params":{"text":"x","nonse":"1"}}"#, -32602,
      "bad_arguments"
    ),
    (
      #"{"jsonrpc":"2.0","id":1,"method":"say","params":{"text":"x","nonce":""}}"#, -32602,
      "bad_arguments"
    ),
    (
      #"{"jsonrpc":"2.0","id":1,"method":"history","params":{"limit":1001}}"#, -32602,
      "bad_arguments"
    ),
    (
      #"{"jsonrpc":"2.0","id":1,"method":"history","params":{"limit":1e2}}"#, -32602,
      "bad_arguments"
    ),
    (#"{"jsonrpc":"2.0","id":1,"method":"say","params":{"text":""}}"#, -32000, "bad_text"),
    (#"{"jsonrpc":"2.0","id":1,"method":"say","params":{"text":"\u0000x"}}"#, -32000, "bad_text"),
    (#"{"jsonrpc":"2.0","id":1,"method":"join","params":{"room":"a b"}}"#, -32000, "bad_name"),
  ])
  func `refuses with the code of JSON-RPC and the catalogue's`(
    line: String, code: Int, word: String
  ) throws {
    var talk = JSONTalk.inside()
    let answer = try #require(try talk.error(of: line))
    #expect(answer["error"]?["code"] == .integer(Int64(code)))
    #expect(answer["error"]?["data"]?["code"] == .string(word))
    #expect(talk.ask("ping", "{}").map(\.command) == [.ping("")], "the session goes on")
  }

  @Test func `answers with the id that it could read, else with null`() throws {
    var talk = JSONTalk.inside()
    let ids = [
      #"{"jsonrpc":"2.0","id":"é\n","method":"nope"}"#: JSONTree.string("é\n"),
      #"{"jsonrpc":"2.0","id":null,"method":"nope"}"#: .null,
      #"{"jsonrpc":"2.0","id":-5,"method":1}"#: .integer(-5), #"{"a""#: .null,
    ]
    for (line, id) in ids { #expect(try talk.error(of: line)?["id"] == id) }
  }

  @Test func `bounds batches, and gives up after garbage`() throws {
    var talk = JSONTalk.inside()
    let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
    let batch = { (count: Int) in
      "[" + Array(repeating: ping, count: count).joined(separator: ",") + "]"
    }
    #expect(talk.send(batch(JSONDialect.batchMax) + "\n").count == JSONDialect.batchMax + 1)
    var other = JSONTalk.inside()
    #expect(
      try other.error(of: batch(JSONDialect.batchMax + 1))?["error"]?["code"] == .integer(-32600))
    for _ in 1...19 { other.send("garbage\n") }
    #expect(other.failure == nil)
    other.send("garbage\n")
    #expect(other.failure == .garbage("20 lines in a row could not be read"))
  }

  @Test func `takes the example of each method`() throws {
    for method in MethodTable.rows {
      var talk = JSONTalk.inside()
      let line = #"{"jsonrpc":"2.0","id":1,"method":"\#(method.name)","params":\#(method.example)}"#
      let requests = talk.send(line + "\n")
      #expect(requests.first?.command != .local, "\(method.name) \(method.example)")
      let path = "methods/\(method.name).json#/$defs/request"
      #expect(Contract.checker.faults(of: try JSONTree(line), path: path) == [])
    }
  }

  @Test func `refuses each method's params where the contract does`() throws {
    for method in MethodTable.rows {
      for params in [#"{"no_such":1}"#, #"{"room":7,"name":7,"password":7}"#] {
        let line = #"{"jsonrpc":"2.0","id":1,"method":"\#(method.name)","params":\#(params)}"#
        let path = "methods/\(method.name).json#/$defs/request"
        #expect(Contract.checker.faults(of: try JSONTree(line), path: path) != [])
        var talk = JSONTalk.inside()
        #expect(try talk.error(of: line)?["error"]?["code"] == .integer(-32602))
      }
    }
  }
}

/// Names, accounts, and the session itself.
extension Client {
  /// Changes your name; the one that you have now.
  @discardableResult
  public func nick(_ name: String) async throws(ClientError) -> String {
    try Fields(try await self.request("nick", ["name": .string(name)])).text("name")
  }

  /// About somebody.
  public func whois(_ name: String) async throws(ClientError) -> Profile {
    try await self.read("whois", ["name": .string(name)]).profile()
  }

  /// Says that you are away; without a text, that you are back.
  public func away(_ text: String? = nil) async throws(ClientError) {
    _ = try await self.read("away", text.map { ["text": .string($0)] } ?? [:])
  }

  /// Hides somebody from yourself; again, to show.
  ///
  /// Answers whether nothing of them is shown now.
  @discardableResult
  public func ignore(_ name: String) async throws(ClientError) -> Bool {
    try Fields(try await self.request("ignore", ["name": .string(name)])).flag("ignored")
  }

  /// Makes your name an account; the account's name.
  ///
  /// From then on the client enters with the password where it enters again.
  @discardableResult
  public func register(
    password: String, code: String? = nil
  ) async throws(ClientError) -> String {
    var params: [String: JSON] = ["password": .string(password)]
    if let code { params["code"] = .string(code) }
    return try Fields(try await self.request("register", params)).text("account")
  }

  /// Makes the session an account's, with the rooms that it has open.
  ///
  /// From then on the client enters as that account where it enters again.
  @discardableResult
  public func login(
    _ account: String, password: String
  ) async throws(ClientError) -> Welcome {
    try Fields(
      try await self.request(
        "login", ["name": .string(account), "password": .string(password)])
    ).welcome()
  }

  /// Changes your account's password.
  public func changePassword(from old: String, to new: String) async throws(ClientError) {
    _ = try await self.request("passwd", ["old": .string(old), "new": .string(new)])
  }

  /// Makes your account a guest's name again.
  public func unregister(password: String) async throws(ClientError) {
    _ = try await self.request("unregister", ["password": .string(password)])
  }

  /// Is answered when everything before it was.
  public func ping() async throws(ClientError) {
    _ = try await self.read("ping")
  }
}

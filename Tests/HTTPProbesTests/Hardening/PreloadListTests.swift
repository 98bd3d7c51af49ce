import Facts
import SeededRandomness
import Testing

@testable import HTTPExchange
@testable import HTTPProbes
@testable import LoopbackServers

@Suite("The browsers' preload list in a file")
struct PreloadListTests {
  /// In the manner of Chromium's own, remarks and all.
  static let text = """
    // Copyright of somebody. {"entries": []}
    {
      "pinsets": [ { "name": "test", "static_spki_hashes": [ "One", "Two" ], "bad": { "a": [ [], {} ] } } ],
      // "entries": [ { "name": "remark.example", "mode": "force-https" } ],
      "entries": [
        // Names below are no matter here: ] } "
        { "name": "Alone.example", "policy": "custom", "mode": "force-https", "pins": "test" },
        { "name": "shop.example", "policy": "bulk-1-year", "mode": "force-https", "include_subdomains": true }, // one
        { "name": "wide", "policy": "public-suffix", "mode": "force-https", "include_subdomains": true },
        { "name": "pinned.example", "policy": "custom", "include_subdomains": true, "pins": "test" },
        { "name": "xn--bcher-kva.example", "mode": "force-https", "include_subdomains": false, "x": -1.5e3 }
      ]
    }

    """

  @Test(
    "holds for a name, and below it where it says so",
    arguments: [
      ("alone.example", true), ("www.alone.example", false), ("shop.example", true), ("a.b.shop.example", true),
      ("shop.example.", true), ("myshop.example", false), ("example", false), ("wide", true), ("any.wide", true),
      ("pinned.example", false), ("a.pinned.example", false), ("xn--bcher-kva.example", true), ("", false),
      (".", false), ("..shop.example", true), ("remark.example", false), ("test", false),
    ])
  func names(host: String, isThere: Bool) throws {
    #expect(try PreloadList(Array(Self.text.utf8)).contains(host) == isThere)
  }

  @Test(
    "what is no list is told with its place",
    arguments: [
      ("", 1, 1), ("[]", 1, 1), ("{}", 1, 3), (#"{"entries": {}}"#, 1, 13), ("{\n\"entries\": [\n{}]}", 3, 3),
      (#"{"entries": [{"name": "a", "mode": 1}]}"#, 1, 36), (#"{"entries": []} x"#, 1, 17),
      (#"{"entries": [{"name": "a", "include_subdomains": "yes"}]}"#, 1, 50), (#"{"entries": [{"name": "a"#, 1, 25),
      ("{\"entries\": [{\"name\": \"a\n\"}]}", 1, 25), (#"{"a": ], "entries": []}"#, 1, 7), (#"{"a": [[[[[["#, 1, 13),
      (#"{"a": "\"#, 1, 9),
    ])
  func malformed(text: String, line: Int, column: Int) {
    do throws(PreloadList.Malformed) {
      _ = try PreloadList(Array(text.utf8))
      Issue.record("it is none: \(text)")
    } catch {
      #expect([error.line, error.column] == [line, column], "\(text): \(error.message)")
    }
  }

  @Test("any bytes are read without harm")
  func hostile() {
    var random = SeededGenerator(seed: 20)
    let whole = Array(Self.text.utf8)
    for _ in 0..<2000 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        if Bool.random(using: &random) {
          bytes[place] = UInt8.random(in: 0...255, using: &random)
        } else {
          bytes.removeSubrange(place...)
          if bytes.isEmpty { bytes = [0x7B] }
        }
      }
      _ = try? PreloadList(bytes)
    }
    _ = try? PreloadList([UInt8](repeating: UInt8(ascii: "["), count: 1 << 20))
  }

  @Test("the Observatory's result follows from it; without it nothing is said")
  func result() throws {
    let answer = Array("HTTP/1.1 200 OK\r\n\r\n".utf8)
    func result(_ url: String, _ list: PreloadList?) throws -> String? {
      var circumstances = HeaderReport.Circumstances()
      circumstances.url = url
      circumstances.preloadList = list
      let tests = try HeaderReport.json(of: answer, circumstances)["tests"]?.array
      return tests?.first { $0["test"] == "strict-transport-security" }?["result"]?.string
    }
    let list = try PreloadList(Array(Self.text.utf8))
    #expect(try result("https://www.shop.example/", list) == "hsts-preloaded")
    #expect(try result("https://www.alone.example/", list) == "hsts-not-implemented")
    #expect(try result("https://www.shop.example/", nil) == "hsts-not-implemented")
    #expect(try result("http://www.shop.example/", list) == "hsts-not-implemented-no-https")
  }

  @Test("the probe reads the list that the inventory names, and says so where it cannot")
  func probe() async throws {
    let nginx = try NginxFixture(
      tls: "default_type text/html; return 200 '<html></html>';", plain: "return 308 https://localhost$request_uri;")
    let folder = try ScratchFolder()
    func look(_ text: String?) async throws -> Look {
      let file = try text.map { try folder.write($0, to: "list.json") }
      return await HardeningProbeTests.look(
        nginx, HTTPHardeningProbe(), ["preloadList": JSONValue(file ?? folder.path("none"))])
    }
    func transport(_ look: Look) -> JSONValue? {
      look["graded"]?[0]?["tests"]?.array?.first { $0["test"] == "strict-transport-security" }?["result"]
    }
    let there = try await look(#"{"entries": [{"name": "localhost", "mode": "force-https"}]}"#)
    #expect(transport(there) == "hsts-preloaded")
    #expect(there["hsts.preloaded"] == true)
    #expect(there.gaps == [])
    let elsewhere = try await look(#"{"entries": [{"name": "other.example", "mode": "force-https"}]}"#)
    #expect(transport(elsewhere) == "hsts-not-implemented")
    #expect(elsewhere["hsts.preloaded"] == false)
    for unusable in [try await look("{"), try await look(nil)] {
      #expect(unusable["hsts.preloaded"] == .null)
      #expect(unusable.gaps == ["graded", "hsts.preloaded"])
    }
    let unnamed = await HardeningProbeTests.look(nginx, HTTPHardeningProbe())
    #expect(unnamed["hsts.preloaded"] == .null)
    #expect(unnamed.gaps == [])
  }
}

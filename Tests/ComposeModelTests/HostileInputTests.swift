import AuditModel
import ComposeModel
import SeededRandomness
import Testing

/// Whatever a file holds, there is an answer and no crash.
@Suite(.serialized) struct HostileInputTests {
  private static let rich = """
    name: ${N:-shop}
    x-a: &a { image: "x:${T-1}", environment: &e { A: 1, B: "${C:?no}" } }
    include: [other.yaml]
    services:
      web: { <<: *a, ports: ["1-2:3-4/udp", "[::1]:5:6"], volumes: [./a:/b:ro, va:/x], depends_on: { db: { condition: service_healthy } }, extends: { file: other.yaml, service: o } }
      db: { image: "postgres:16", healthcheck: { test: [CMD, x], interval: 1m30s }, deploy: { resources: { limits: { memory: 1.5g, cpus: "0.5" } } }, secrets: [{ source: s, mode: 0440 }], ulimits: { n: { soft: 1, hard: 2 } } }
      new: { build: { context: ., args: [A=1], ssh: [default] }, ports: !reset [], command: "a 'b c' d", extra_hosts: ["a:1.2.3.4"], env_file: other.yaml, gpus: all }
    networks: { n: { ipam: { config: [{ subnet: 10.0.0.0/8 }] } } }
    volumes: { va: { driver_opts: { o: bind, device: ./d } } }
    secrets: { s: { file: ./s } }
    """
  private static let other = "services: { o: { image: \"o:1\", volumes: [./o:/o] } }\n"

  @Test func changedFilesNeverCrash() {
    var generator = SeededGenerator(seed: 47)
    let pieces = [
      "{", "}", "[", "]", ":", ",", "\"", "'", "$", "${", "&a", "*a", "<<: ", "!reset ", "\n", "\t", "-", "0",
      "9999999999999999999", "\u{0}", "é", "null", "~", "|", ">", "#", "? ",
    ]
    let text = Array(Self.rich.unicodeScalars)
    for _ in 0..<400 {
      var changed = text
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let index = Int.random(in: 0..<changed.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: changed.remove(at: index)
        case 1:
          changed.insert(contentsOf: Array((pieces.randomElement(using: &generator) ?? "").unicodeScalars), at: index)
        default: changed[index] = Array((pieces.randomElement(using: &generator) ?? " ").unicodeScalars)[0]
        }
      }
      let source = String(String.UnicodeScalarView(changed))
      let files = ["compose.yaml": source, "other.yaml": Self.other]
      let project = Loading.project(files, profiles: ["*"])
      let surroundings = ComposeLint.Surroundings(read: Loading.reading(files))
      let complaints = ComposeLint.complaints(about: project, in: surroundings)
      // Either there is something to say of it, or it is a whole model.
      #expect(!project.problems.isEmpty || !project.services.isEmpty || source.isEmpty)
      #expect(complaints.allSatisfy { $0.place.line >= 1 && $0.place.column >= 1 })
      _ = project.json
    }
  }

  @Test func extremesAreTold() {
    let deep = String(repeating: "{ a: ", count: 200) + "1" + String(repeating: " }", count: 200)
    #expect(!Loading.project("x-a: \(deep)").problems.isEmpty)
    let bomb =
      "x-a: &a [x, x, x, x, x, x, x, x, x, x]\n"
      + (0..<9).map { level in
        "x-\(level): &\(["b", "c", "d", "e", "f", "g", "h", "i", "j"][level]) [\((0..<10).map { _ in "*\(["a", "b", "c", "d", "e", "f", "g", "h", "i"][level])" }.joined(separator: ", "))]\n"
      }.joined()
    #expect(!Loading.project(bomb + "services: { a: { image: x } }").problems.isEmpty)
    #expect(
      !Loading.project("services: { a: { image: \"\(String(repeating: "${A:-", count: 500))\" } }").problems.isEmpty)
    let ports = Loading.project("services: { a: { image: x, ports: [\"1-65535:1-65535\"] } }")
    #expect(ports.problems.isEmpty)
    #expect(!Loading.project("services: { a: { image: x, mem_limit: 99999999999999999999g } }").problems.isEmpty)
    #expect(
      !Loading.project("services: { a: { image: x, stop_grace_period: 99999999999999999999h } }").problems.isEmpty)
    #expect(!Loading.project("services: { a: { image: x, scale: 99999999999999999999 } }").problems.isEmpty)
    let chain = (0..<300).map { "  s\($0): { image: x, depends_on: [s\($0 + 1)] }\n" }.joined()
    #expect(Loading.project("services:\n\(chain)  s300: { image: x }\n").problems.isEmpty)
    let extended = (0..<150).map { "  s\($0): { extends: s\($0 + 1) }\n" }.joined()
    #expect(!Loading.project("services:\n\(extended)  s150: { image: x }\n").problems.isEmpty)
  }

  @Test func changedDockerfilesNeverCrash() {
    var generator = SeededGenerator(seed: 48)
    let text = Array(
      "# escape=`\nARG A=1\nFROM x:${A} AS b\nRUN [\"a\", \"b\"]\nRUN <<EOF\na | b\nEOF\nENV K=\"v w\" T=x\nADD --checksum=a https://x /y\nUSER u\nHEALTHCHECK CMD x `\n  y\nFROM b\n"
        .unicodeScalars)
    for _ in 0..<500 {
      var changed = text
      for _ in 0..<4 {
        let index = Int.random(in: 0..<changed.count, using: &generator)
        changed[index] = Array("\"'[]\\`<>|=$\n #".unicodeScalars).randomElement(using: &generator) ?? " "
      }
      let complaints = DockerfileLint.complaints(about: Dockerfile(String(String.UnicodeScalarView(changed))))
      #expect(complaints.allSatisfy { $0.line >= 1 })
    }
  }
}

import ComposeModel
import Testing

@Suite(.serialized) struct DockerfileTests {
  static let cases: [(text: String, complaints: [String])] = [
    ("FROM a:1.1\nUSER app\nHEALTHCHECK CMD x", []), ("FROM a\nUSER app\nHEALTHCHECK CMD x", ["1 basePinned"]),
    ("FROM a:latest\nUSER app\nHEALTHCHECK CMD x", ["1 basePinned"]),
    ("FROM a@sha256:ab\nUSER app\nHEALTHCHECK CMD x", []),
    ("ARG V=latest\nFROM a:${V}\nUSER app\nHEALTHCHECK CMD x", ["2 basePinned"]),
    ("ARG V=1.1\nFROM a:$V\nUSER app\nHEALTHCHECK CMD x", []),
    ("ARG V\nFROM a:$V\nUSER app\nHEALTHCHECK CMD x", []), ("FROM scratch\nUSER app\nHEALTHCHECK CMD x", []),
    ("FROM a:1.1 AS b\nFROM b\nUSER app\nHEALTHCHECK CMD x", []),
    ("FROM --platform=linux/amd64 a AS b\nUSER app\nHEALTHCHECK CMD x", ["1 basePinned"]),
    ("FROM a:1.1\nHEALTHCHECK CMD x", ["1 userUnprivileged"]),
    ("FROM a:1.1\nUSER app\nUSER root\nHEALTHCHECK CMD x", ["3 userUnprivileged"]),
    ("FROM a:1.1\nUSER 0:0\nHEALTHCHECK CMD x", ["2 userUnprivileged"]),
    ("FROM gcr.io/distroless/static:nonroot@sha256:ab\nHEALTHCHECK CMD x", []),
    ("FROM a:1.1 AS b\nUSER app\nFROM b\nHEALTHCHECK CMD x", []), ("FROM a:1.1\nUSER app", ["1 healthcheckDefined"]),
    ("FROM a:1.1\nUSER app\nHEALTHCHECK NONE", ["1 healthcheckDefined"]),
    ("FROM a:1.1\nRUN sudo ls\nUSER app\nHEALTHCHECK CMD x", ["2 sudoAbsent"]),
    (
      "FROM a:1.1\nRUN apt-get update && \\\n  apt-get install -y --no-install-recommends curl=7 wget\nUSER app\nHEALTHCHECK CMD x",
      ["2 packagesPinned"]
    ),
    ("FROM a:1.1\nRUN apt-get install -y curl=7.88.1\nUSER app\nHEALTHCHECK CMD x", []),
    ("FROM a:1.1\nRUN apk add --no-cache curl\nUSER app\nHEALTHCHECK CMD x", ["2 packagesPinned"]),
    ("FROM a:1.1\nRUN apk add --virtual .deps curl=~8\nUSER app\nHEALTHCHECK CMD x", []),
    ("FROM a:1.1\nRUN pip install flask\nUSER app\nHEALTHCHECK CMD x", ["2 packagesPinned"]),
    ("FROM a:1.1\nRUN pip install -r requirements.txt\nUSER app\nHEALTHCHECK CMD x", []),
    ("FROM a:1.1\nRUN pip install flask==3.0.0 .\nUSER app\nHEALTHCHECK CMD x", []),
    ("FROM a:1.1\nRUN npm ci && npm install -g @x/y\nUSER app\nHEALTHCHECK CMD x", ["2 packagesPinned"]),
    ("FROM a:1.1\nRUN npm install -g @x/y@1.0.0\nUSER app\nHEALTHCHECK CMD x", []),
    ("FROM a:1.1\nRUN npm install\nUSER app\nHEALTHCHECK CMD x", []),
    ("FROM a:1.1\nRUN gem install rails\nUSER app\nHEALTHCHECK CMD x", ["2 packagesPinned"]),
    ("FROM a:1.1\nADD x /x\nUSER app\nHEALTHCHECK CMD x", ["2 filesCopied"]),
    ("FROM a:1.1\nADD x.tar.gz /x\nUSER app\nHEALTHCHECK CMD x", []),
    ("FROM a:1.1\nADD https://x/y /y\nUSER app\nHEALTHCHECK CMD x", ["2 filesCopied"]),
    ("FROM a:1.1\nADD --checksum=sha256:ab https://x/y /y\nUSER app\nHEALTHCHECK CMD x", []),
    ("FROM a:1.1\nENV API_TOKEN=abcdefgh\nUSER app\nHEALTHCHECK CMD x", ["2 secretsAbsent"]),
    ("FROM a:1.1\nENV API_TOKEN abcdefgh\nUSER app\nHEALTHCHECK CMD x", ["2 secretsAbsent"]),
    ("FROM a:1.1\nARG NPM_TOKEN\nUSER app\nHEALTHCHECK CMD x", ["2 secretsAbsent"]),
    ("FROM a:1.1\nENV PORT=80 TOKEN_TTL=5\nUSER app\nHEALTHCHECK CMD x", []),
    ("FROM a:1.1\nRUN curl x | sh\nUSER app\nHEALTHCHECK CMD x", ["2 pipesFail"]),
    ("FROM a:1.1\nRUN set -o pipefail && curl x | sh\nUSER app\nHEALTHCHECK CMD x", []),
    (
      "FROM a:1.1\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl x | sh\nUSER app\nHEALTHCHECK CMD x",
      []
    ), ("FROM a:1.1\nRUN a || b\nUSER app\nHEALTHCHECK CMD x", []),
    ("FROM a:1.1\nRUN [\"a\", \"|\", \"b\"]\nUSER app\nHEALTHCHECK CMD x", []),
    ("FROM a:1.1\nRUN echo 'a | b'\nUSER app\nHEALTHCHECK CMD x", []),
    ("# escape=`\nFROM a:1.1\nRUN a `\n  | b\nUSER app\nHEALTHCHECK CMD x", ["3 pipesFail"]),
    ("FROM a:1.1\nRUN <<EOF\nsudo ls\nUSER root\nEOF\nUSER app\nHEALTHCHECK CMD x", ["2 sudoAbsent"]),
    ("FROM a:1.1\nRUN a \\\n# comment\n\n  && sudo b\nUSER app\nHEALTHCHECK CMD x", ["2 sudoAbsent"]),
    ("FROM a:1.1\r\nUSER app\r\nHEALTHCHECK CMD x\r\n", []), ("", ["1 baseNamed"]), ("USER x", ["1 baseNamed"]),
  ]

  @Test(arguments: cases) func complains(text: String, expected: [String]) {
    #expect(DockerfileLint.complaints(about: Dockerfile(text)).map { "\($0.line) \($0.rule)" } == expected)
  }

  /// Installations as people write them, and whether a version is missing.
  @Test(arguments: [
    ("pip2 install flask", true), ("python -m pip install flask", true),
    ("python3.12 -m pip install flask==3.0.0", false),
    ("pip install --root /opt flask==3.0.0", false), ("pip install --trusted-host mirror flask==3.0.0", false),
    ("pip install flask -c constraints.txt", false), ("pip install flask --constraint=c.txt", false),
    ("pip install 'flask>=3'", false), ("pip install flask.tar.gz", false),
    ("pip install git+https://example.com/a/b.git@v1.2#egg=b", false),
    ("pip install git+https://example.com/a/b.git#egg=b", true),
    ("npm install --loglevel verbose sax@0.1.1", false), ("npm install --registry=https://r.example sax", true),
    ("npm install git+ssh://git@example.com:a/b.git", true),
    ("npm install git+ssh://git@example.com:a/b.git#v1", false),
    ("npm install b-1.2.tar.gz ~/folder", false), ("npm run --crazy install", false),
    ("gem install rails:7.1 -- --use-system-libraries true", false), ("gem install rails --version '7.1'", false),
    ("apk add --repository https://r.example/edge flow=0.78", false), ("apk add git~2.52 flex", true),
    ("apt-get -yqq --no-install-recommends install nodejs=20.1", false), ("apt-get -y install nodejs", true),
  ])
  func versionsAreMissing(command: String, isMissing: Bool) {
    let plain = Dockerfile("FROM a:1.1\nRUN \(command)\nUSER app\nHEALTHCHECK CMD x")
    let deferred = Dockerfile("FROM a:1.1\nONBUILD RUN \(command)\nUSER app\nHEALTHCHECK CMD x")
    let expected: [DockerfileRule] = isMissing ? [.packagesPinned] : []
    #expect(DockerfileLint.complaints(about: plain).map(\.rule) == expected)
    #expect(DockerfileLint.complaints(about: deferred).map(\.rule) == expected)
  }

  @Test(arguments: [
    (#"["/bin/sh", "-o", "pipefail", "-c"]"#, true), (#"["/usr/bin/bash", "-eo", "pipefail", "-c"]"#, false),
    (#"["/usr/local/bin/zsh", "-o", "pipefail", "-c"]"#, false), (#"["cmd.exe", "/c"]"#, false),
    (#"["powershell.exe"]"#, false), (#"["/bin/bash", "-c"]"#, true),
  ])
  func failuresInPipesAreLost(shell: String, areLost: Bool) {
    let file = Dockerfile("FROM a:1.1\nSHELL \(shell)\nRUN a | b\nUSER app\nHEALTHCHECK CMD x")
    #expect(DockerfileLint.complaints(about: file).map(\.rule) == (areLost ? [.pipesFail] : []))
  }

  @Test func quotedArchivesAndHalvesOfKeys() {
    let file = Dockerfile(
      "ARG AWS_ACCESS_KEY_ID\nFROM a:1.1\nADD \"x.tgz\" /x\nADD \"x.zip\" /x\nUSER app\nHEALTHCHECK CMD x")
    #expect(
      DockerfileLint.complaints(about: file).map { "\($0.line) \($0.rule)" } == ["1 secretsAbsent", "4 filesCopied"])
  }

  @Test func instructionsKeepTheirLines() {
    let file = Dockerfile("FROM a\n\n# c\nRUN x \\\n  y\nCOPY a b\n")
    #expect(file.instructions.map(\.line) == [1, 4, 6])
    #expect(file.instructions.map(\.keyword) == ["FROM", "RUN", "COPY"])
  }
}

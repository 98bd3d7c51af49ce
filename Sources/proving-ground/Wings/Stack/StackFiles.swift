import Cryptography

/// The files from which the platform would be deployed: a compose file, what its images are built from, and what the
/// containers are told.
struct StackFiles: Sendable {
  /// One small change of a file.
  struct Edit: Sendable {
    /// Which file.
    let file: String
    /// Within which service of the compose file; nil for the whole file.
    var service: String?
    /// What stands there once.
    let old: String
    /// What stands there instead.
    let new: String
  }

  /// The name of the compose file.
  static let compose = "docker-compose.yml"
  /// The name of the project.
  static let project = "events-platform"

  /// The texts, by name.
  private(set) var texts: [String: String]

  /// The files for a platform on `ports`, with `secret` for whatever has to be one.
  init(ports: Ports, secret: () -> String) {
    texts = [
      Self.compose: Self.composeText(ports), "api.Dockerfile": Self.dockerfile("api", port: 8080),
      "worker.Dockerfile": Self.dockerfile("worker", port: 8081),
      ".env": """
      POSTGRES_PASSWORD=\(secret())
      EVENTS_APP_PASSWORD=\(secret())
      """ + "\n",
      "services.env": """
      SESSION_SECRET=\(secret())
      LOG_LEVEL=info
      """ + "\n",
      "services.env.example": """
      SESSION_SECRET=
      LOG_LEVEL=info
      """ + "\n",
      "edge.conf": """
      server {
        listen 8443 ssl;
        ssl_certificate /etc/nginx/chain.pem;
        ssl_certificate_key /run/secrets/edge-key;
        location / { proxy_pass http://api:8080; }
      }
      """ + "\n",
      "pgbouncer.ini": """
      [databases]
      events = host=db dbname=events
      [pgbouncer]
      listen_addr = *
      pool_mode = transaction
      """ + "\n",
      "redis.conf": """
      dir /data
      appendonly yes
      """ + "\n",
    ]
  }

  /// Makes one change. Throws where what it changes does not stand there exactly once: two changes would undo each other.
  mutating func make(_ edit: Edit) throws(GroundFailure) {
    guard let text = texts[edit.file] else { throw GroundFailure("the stack has no file \(edit.file)") }
    var range = text.startIndex..<text.endIndex
    if let service = edit.service {
      guard let block = Self.block(of: service, in: text) else {
        throw GroundFailure("the stack has no service \(service)")
      }
      range = block
    }
    let places = text[range].ranges(of: edit.old)
    guard places.count == 1, let place = places.first else {
      throw GroundFailure("\(edit.file) has \(places.count) times what is to become \(edit.new)")
    }
    texts[edit.file] = String(text[..<place.lowerBound]) + edit.new + text[place.upperBound...]
  }

  /// The value of a key of a service in the compose file, as it is written on one line.
  func value(of key: String, in service: String) -> String? {
    guard let text = texts[Self.compose], let block = Self.block(of: service, in: text) else { return nil }
    let line = text[block].split(separator: "\n").first { $0.hasPrefix("    \(key): ") }
    return line.map { String($0.dropFirst("    \(key): ".count)) }
  }

  /// The lines of a service: from its key to the next line that stands no deeper.
  private static func block(of service: String, in text: String) -> Range<String.Index>? {
    guard let start = text.firstRange(of: "\n  \(service):\n") else { return nil }
    var end = start.upperBound
    while end < text.endIndex, text[end...].hasPrefix("    ") {
      guard let newline = text[end...].firstIndex(of: "\n") else {
        end = text.endIndex
        break
      }
      end = text.index(after: newline)
    }
    return start.upperBound..<end
  }

  // MARK: The healthy texts

  /// An image with the digest that it has here; made up, since no registry is asked.
  static func image(_ name: String) -> String { "\(name)@sha256:\(SHA256.hex(name.utf8))" }

  private static func composeText(_ ports: Ports) -> String {
    "name: \(project)\nservices:\n"
      + service(
        "edge",
        """
        image: \(image("nginxinc/nginx-unprivileged:1.22.1-alpine"))
        ports: ["127.0.0.1:\(ports.web):8443"]
        volumes: ["./edge.conf:/etc/nginx/conf.d/default.conf:ro"]
        tmpfs: [/tmp]
        networks: [front]
        depends_on: { api: { condition: service_healthy } }
        """, health: "curl --fail --silent --insecure https://127.0.0.1:8443/health")
      + service(
        "api",
        """
        build: { context: ., dockerfile: api.Dockerfile }
        ports: ["127.0.0.1:\(ports.api):8080"]
        env_file: [services.env]
        environment: { DATABASE_HOST: pooler, DATABASE_PASSWORD: "${EVENTS_APP_PASSWORD:?}" }
        networks: [front, data]
        depends_on: { pooler: { condition: service_healthy }, cache: { condition: service_healthy }, migrate: { condition: service_completed_successfully } }
        """, health: "curl --fail --silent http://127.0.0.1:8080/health")
      + service(
        "processing",
        """
        build: { context: ., dockerfile: worker.Dockerfile }
        environment: { DATABASE_HOST: pooler, DATABASE_PASSWORD: "${EVENTS_APP_PASSWORD:?}" }
        networks: [data]
        depends_on: { extraction: { condition: service_healthy }, queue: { condition: service_healthy } }
        """, health: "curl --fail --silent http://127.0.0.1:8081/health")
      + service(
        "extraction",
        """
        build: { context: ., dockerfile: worker.Dockerfile }
        networks: [data]
        depends_on: { queue: { condition: service_healthy } }
        """, health: "curl --fail --silent http://127.0.0.1:8081/health")
      + service(
        "migrate",
        """
        image: \(image("flyway/flyway:9.22.3"))
        volumes: ["../migrations:/flyway/sql:ro"]
        networks: [data]
        depends_on: { db: { condition: service_healthy } }
        """, restart: "\"no\"")
      + service(
        "db",
        """
        image: \(image("postgres:15.20-bookworm"))
        ports: ["127.0.0.1:\(ports.database):5432"]
        volumes: ["db-data:/var/lib/postgresql/data"]
        environment: { POSTGRES_DB: events, POSTGRES_PASSWORD: "${POSTGRES_PASSWORD:?}" }
        networks: [data]
        stop_grace_period: 60s
        """, health: "pg_isready --dbname events")
      + service(
        "pooler",
        """
        image: \(image("edoburu/pgbouncer:1.18.0"))
        volumes: ["./pgbouncer.ini:/etc/pgbouncer/pgbouncer.ini:ro"]
        networks: [data]
        depends_on: { db: { condition: service_healthy } }
        """, health: "pg_isready --port 6432")
      + service(
        "cache",
        """
        image: \(image("redis:7.0.15-bookworm"))
        command: [redis-server, /etc/redis/redis.conf]
        volumes: ["./redis.conf:/etc/redis/redis.conf:ro", "cache-data:/data"]
        networks: [data]
        """, health: "redis-cli ping")
      + service(
        "queue",
        """
        image: \(image("redis:7.0.15-alpine"))
        command: [redis-server, /etc/redis/redis.conf]
        ports: ["127.0.0.1:\(ports["queue"]):6379"]
        volumes: ["./redis.conf:/etc/redis/redis.conf:ro", "queue-data:/data"]
        networks: [data]
        stop_grace_period: 30s
        """, health: "redis-cli ping")
        + """
        networks:
          front: {}
          data: { internal: true }
        volumes:
          db-data: {}
          cache-data: {}
          queue-data: {}

        """
  }

  /// A service with what all of them have.
  private static func service(
    _ name: String, _ own: String, restart: String = "unless-stopped", health: String? = nil
  ) -> String {
    var lines = own.split(separator: "\n").map(String.init)
    lines += [
      "restart: \(restart)", "read_only: true", "cap_drop: [ALL]", "security_opt: [\"no-new-privileges:true\"]",
      "pids_limit: 100", "mem_limit: 256m", "cpus: 0.5",
      "logging: { driver: json-file, options: { max-size: 10m, max-file: \"3\" } }",
    ]
    if let health { lines.append("healthcheck: { test: \"\(health)\", interval: 10s, timeout: 3s, retries: 3 }") }
    return "  \(name):\n" + lines.map { "    \($0)\n" }.joined()
  }

  private static func dockerfile(_ name: String, port: Int) -> String {
    """
    FROM \(image("swift:6.2.1-bookworm-slim"))
    SHELL ["/bin/bash", "-o", "pipefail", "-c"]
    RUN apt-get update && apt-get install -y --no-install-recommends curl=7.88.1-10+deb12u14 && rm -rf /var/lib/apt/lists/*
    RUN curl --fail --silent https://artifacts.example/\(name).sha256 | tee /etc/\(name).sha256
    COPY \(name) /srv/\(name)
    ENV LOG_LEVEL=info
    USER 10001:10001
    EXPOSE \(port)
    HEALTHCHECK --interval=10s --timeout=3s CMD ["curl", "--fail", "--silent", "http://127.0.0.1:\(port)/health"]
    ENTRYPOINT ["/srv/\(name)"]

    """
  }
}

/// A port with the service that usually listens there.
///
/// Names after the IANA registry of service names and port numbers where a service has registered, else after the
/// product whose default it is.
struct KnownPort: Sendable {
  /// What a service is for.
  enum Role: Sendable {
    /// Meant for visitors: web, mail, names.
    case visitors
    /// Logging in to a machine, over an encrypted session.
    case login
    /// Holds data.
    case database
    /// Holds data in memory.
    case cache
    /// Passes messages on.
    case queue
    /// Controls machines, clusters or other services, or shows their insides.
    case administration
  }

  let port: Int
  let name: String
  let role: Role

  /// Whether nobody but the system's own parts has business there.
  var isSensitive: Bool {
    switch role {
    case .database, .cache, .queue, .administration: true
    case .visitors, .login: false
    }
  }

  /// By port.
  static let byNumber = Dictionary(all.map { ($0.port, $0) }) { first, _ in first }

  /// What is looked at where the inventory does not say.
  static let all: [KnownPort] =
    list(
      .visitors,
      [
        (25, "SMTP"), (53, "DNS"), (80, "HTTP"), (81, "HTTP"), (110, "POP3"), (143, "IMAP"), (443, "HTTPS"),
        (465, "SMTP over TLS"), (587, "SMTP submission"), (993, "IMAP over TLS"), (995, "POP3 over TLS"),
        (1080, "SOCKS"), (3000, "HTTP"), (3001, "HTTP"), (3128, "HTTP proxy"), (4000, "HTTP"), (4200, "HTTP"),
        (4443, "HTTPS"), (5001, "HTTP"), (5060, "SIP"), (5061, "SIP over TLS"), (5222, "XMPP"), (5269, "XMPP"),
        (7000, "HTTP"), (7443, "HTTPS"), (8000, "HTTP"), (8001, "HTTP"), (8008, "HTTP"), (8010, "HTTP"),
        (8080, "HTTP"), (8082, "HTTP"), (8084, "HTTP"), (8085, "HTTP"), (8088, "HTTP"), (8090, "HTTP"),
        (8100, "HTTP"), (8180, "HTTP"), (8443, "HTTPS"), (8800, "HTTP"), (8880, "HTTP"), (8888, "HTTP"),
        (9000, "HTTP"), (9002, "HTTP"), (9080, "HTTP"), (9443, "HTTPS"), (10443, "HTTPS"),
      ])
    + list(.login, [(22, "SSH"), (2222, "SSH")])
    + list(
      .database,
      [
        (389, "LDAP"), (636, "LDAP over TLS"), (1433, "Microsoft SQL Server"), (1521, "Oracle Database"),
        (2483, "Oracle Database"), (3050, "Firebird"), (3306, "MySQL"), (4333, "mSQL"), (5432, "PostgreSQL"),
        (5433, "PostgreSQL"), (5984, "CouchDB"), (6432, "PgBouncer"), (7474, "Neo4j"), (7687, "Neo4j"),
        (8086, "InfluxDB"), (8123, "ClickHouse"), (8529, "ArangoDB"), (9042, "Cassandra"), (9160, "Cassandra"),
        (9200, "Elasticsearch"), (9300, "Elasticsearch"), (19530, "Milvus"), (26257, "CockroachDB"),
        (27017, "MongoDB"), (27018, "MongoDB"), (27019, "MongoDB"), (28015, "RethinkDB"), (33060, "MySQL X"),
        (50000, "Db2"), (6333, "Qdrant"), (8983, "Solr"), (8108, "Typesense"), (7700, "Meilisearch"),
      ])
    + list(
      .cache,
      [
        (5701, "Hazelcast"), (6379, "Redis"), (6380, "Redis"), (11211, "memcached"), (16379, "Redis cluster bus"),
        (26379, "Redis Sentinel"), (6082, "Varnish administration"),
      ])
    + list(
      .queue,
      [
        (1883, "MQTT"), (4222, "NATS"), (4369, "Erlang port mapper"), (5671, "AMQP over TLS"), (5672, "AMQP"),
        (6650, "Pulsar"), (8161, "ActiveMQ console"), (8222, "NATS monitoring"), (8883, "MQTT over TLS"),
        (9092, "Kafka"), (9093, "Kafka or Alertmanager"), (11300, "beanstalkd"), (15672, "RabbitMQ management"),
        (25672, "RabbitMQ cluster"), (61613, "STOMP"), (61616, "ActiveMQ"),
      ])
    + list(
      .administration,
      [
        (21, "FTP"), (23, "Telnet"), (69, "TFTP"), (111, "rpcbind"), (135, "Microsoft RPC"), (139, "NetBIOS"),
        (161, "SNMP"), (445, "SMB"), (512, "rexec"), (513, "rlogin"), (514, "rsh"), (548, "AFP"), (623, "IPMI"),
        (631, "IPP"), (873, "rsync"), (1099, "Java RMI"), (2049, "NFS"), (2181, "ZooKeeper"), (2375, "Docker API"),
        (2376, "Docker API over TLS"), (2377, "Docker Swarm"), (2379, "etcd"), (2380, "etcd cluster"),
        (3260, "iSCSI"), (3389, "RDP"), (4646, "Nomad"), (5000, "container registry or HTTP"), (5005, "Java debugger"),
        (5601, "Kibana"), (5555, "Android debug bridge"), (5900, "VNC"), (5901, "VNC"), (5985, "WinRM"),
        (5986, "WinRM over TLS"), (6000, "X11"), (6443, "Kubernetes API"), (7001, "WebLogic"), (7946, "Docker Swarm"),
        (8081, "administration over HTTP"), (8089, "Splunk"), (8200, "Vault"), (8300, "Consul cluster"),
        (8500, "Consul"), (9001, "Supervisor or MinIO console"), (9090, "Prometheus"), (9091, "Pushgateway"),
        (9100, "node exporter"), (9187, "PostgreSQL exporter"), (9229, "Node.js inspector"), (9990, "WildFly"),
        (10000, "Webmin"), (10250, "kubelet"), (10255, "kubelet"), (50070, "Hadoop"), (54321, "management agent"),
      ])

  private static func list(_ role: Role, _ entries: [(Int, String)]) -> [KnownPort] {
    entries.map { KnownPort(port: $0.0, name: $0.1, role: role) }
  }
}

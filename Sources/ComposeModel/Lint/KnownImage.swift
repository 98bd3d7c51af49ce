/// What is known of the programs in widespread images.
struct KnownImage: Sendable {
  /// What the program is for.
  enum Kind: Sendable { case database, cache, queue, objects, metrics, logs, dashboard, proxy, administration }

  var kind: Kind
  /// Where its data lies; any one of them has to outlive the container. Empty where it keeps none.
  var dataPaths: [String]

  /// Whether losing it, or letting strangers in, is worse than with a service of one's own.
  var isDatastore: Bool { [.database, .cache, .queue, .objects].contains(kind) }

  /// Whether its answer has to be waited for.
  var isStateful: Bool { isDatastore }

  /// The program of an image, told by the last part of its path.
  static func of(_ image: ImageReference) -> KnownImage? {
    if image.name == "grafana" || image.name.hasPrefix("grafana-") {
      return KnownImage(kind: .dashboard, dataPaths: ["/var/lib/grafana"])
    }
    if let known = table[image.name] { return known }
    return prefixes.first { image.name.hasPrefix($0.prefix) }?.image
  }

  private static let postgres = KnownImage(kind: .database, dataPaths: ["/var/lib/postgresql/data"])
  private static let mysql = KnownImage(
    kind: .database, dataPaths: ["/var/lib/mysql", "/bitnami/mysql", "/bitnami/mariadb"])
  private static let mongo = KnownImage(kind: .database, dataPaths: ["/data/db", "/bitnami/mongodb"])
  private static let redis = KnownImage(kind: .cache, dataPaths: ["/data", "/bitnami/redis/data"])
  private static let proxy = KnownImage(kind: .proxy, dataPaths: [])

  private static let table: [String: KnownImage] = [
    "postgres": postgres, "postgresql": KnownImage(kind: .database, dataPaths: ["/bitnami/postgresql"]),
    "postgis": postgres, "pgvector": postgres, "timescaledb": postgres,
    "timescaledb-ha": KnownImage(
      kind: .database, dataPaths: ["/home/postgres/pgdata", "/pgdata", "/var/lib/postgresql/data"]),
    "pgvecto-rs": postgres, "supabase-postgres": postgres, "age": postgres, "mysql": mysql, "mariadb": mysql,
    "percona": mysql, "percona-server": mysql, "mysql-server": mysql, "mongo": mongo, "mongodb": mongo,
    "redis": redis, "redis-stack": redis, "redis-stack-server": redis, "valkey": redis, "keydb": redis,
    "dragonfly": redis, "memcached": KnownImage(kind: .cache, dataPaths: []),
    "elasticsearch": KnownImage(kind: .database, dataPaths: ["/usr/share/elasticsearch/data"]),
    "opensearch": KnownImage(kind: .database, dataPaths: ["/usr/share/opensearch/data"]),
    "influxdb": KnownImage(kind: .database, dataPaths: ["/var/lib/influxdb2", "/var/lib/influxdb"]),
    "clickhouse-server": KnownImage(kind: .database, dataPaths: ["/var/lib/clickhouse"]),
    "clickhouse": KnownImage(kind: .database, dataPaths: ["/var/lib/clickhouse"]),
    "cassandra": KnownImage(kind: .database, dataPaths: ["/var/lib/cassandra"]),
    "scylla": KnownImage(kind: .database, dataPaths: ["/var/lib/scylla"]),
    "neo4j": KnownImage(kind: .database, dataPaths: ["/data"]),
    "couchdb": KnownImage(kind: .database, dataPaths: ["/opt/couchdb/data"]),
    "cockroach": KnownImage(kind: .database, dataPaths: ["/cockroach/cockroach-data"]),
    "etcd": KnownImage(kind: .database, dataPaths: ["/etcd-data", "/var/lib/etcd", "/bitnami/etcd"]),
    "qdrant": KnownImage(kind: .database, dataPaths: ["/qdrant/storage"]),
    "weaviate": KnownImage(kind: .database, dataPaths: ["/var/lib/weaviate"]),
    "meilisearch": KnownImage(kind: .database, dataPaths: ["/meili_data"]),
    "typesense": KnownImage(kind: .database, dataPaths: ["/data"]),
    "mssql-server": KnownImage(kind: .database, dataPaths: ["/var/opt/mssql"]),
    "mssql": KnownImage(kind: .database, dataPaths: ["/var/opt/mssql"]),
    "rabbitmq": KnownImage(kind: .queue, dataPaths: ["/var/lib/rabbitmq"]),
    "kafka": KnownImage(kind: .queue, dataPaths: ["/var/lib/kafka/data", "/bitnami/kafka", "/tmp/kafka-logs"]),
    "cp-kafka": KnownImage(kind: .queue, dataPaths: ["/var/lib/kafka/data"]),
    "zookeeper": KnownImage(kind: .queue, dataPaths: ["/data", "/bitnami/zookeeper"]),
    "nats": KnownImage(kind: .queue, dataPaths: []),
    "minio": KnownImage(kind: .objects, dataPaths: ["/data", "/bitnami/minio/data", "/mnt/data", "/export"]),
    "prometheus": KnownImage(kind: .metrics, dataPaths: ["/prometheus"]),
    "victoria-metrics": KnownImage(kind: .metrics, dataPaths: ["/victoria-metrics-data", "/storage"]),
    "alertmanager": KnownImage(kind: .metrics, dataPaths: ["/alertmanager"]),
    "loki": KnownImage(kind: .logs, dataPaths: ["/loki", "/tmp/loki", "/data/loki", "/var/lib/loki"]),
    "tempo": KnownImage(kind: .logs, dataPaths: ["/var/tempo", "/tmp/tempo"]),
    "nginx": proxy, "traefik": proxy, "caddy": proxy, "haproxy": proxy, "envoy": proxy, "httpd": proxy,
    "nginx-unprivileged": proxy, "openresty": proxy, "nginx-proxy": proxy, "nginx-proxy-manager": proxy,
    "pgadmin4": KnownImage(kind: .administration, dataPaths: []),
    "adminer": KnownImage(kind: .administration, dataPaths: []),
    "phpmyadmin": KnownImage(kind: .administration, dataPaths: []),
    "mongo-express": KnownImage(kind: .administration, dataPaths: []),
    "portainer": KnownImage(kind: .administration, dataPaths: ["/data"]),
    "portainer-ce": KnownImage(kind: .administration, dataPaths: ["/data"]),
    "kibana": KnownImage(kind: .administration, dataPaths: []),
    "redis-commander": KnownImage(kind: .administration, dataPaths: []),
  ]

  private static let prefixes: [(prefix: String, image: KnownImage)] = [
    ("postgres-", postgres), ("pgvector-", postgres), ("mysql-", mysql), ("mariadb-", mysql), ("redis-", redis),
  ]

  /// Ports of databases, queues, caches, and of what administers or watches them (well-known registrations and the
  /// programs' own defaults).
  static let datastorePorts: Set<Int> = [
    1433, 1521, 2181, 2375, 2376, 2379, 2380, 3100, 3306, 4369, 5432, 5433, 5601, 5672, 5984, 6379, 6380, 6432, 7000,
    7474, 7687, 8086, 8123, 8500, 9000, 9001, 9042, 9090, 9092, 9093, 9100, 9200, 9300, 11211, 15672, 26379, 26257,
    27017, 27018, 33060,
  ]
}

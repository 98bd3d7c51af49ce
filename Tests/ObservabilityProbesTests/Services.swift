import Facts

/// Peers that speak the interfaces of services as these do, recorded in shape.
enum Services {
  static let prometheus: @Sendable (ServicePeer.Request, [ServicePeer.Request]) -> ServicePeer.Reply = { request, _ in
    func success(_ data: JSONValue) -> ServicePeer.Reply { .json(["status": "success", "data": data]) }
    switch request.path {
    case "/-/ready": return .text("Prometheus Server is Ready.\n")
    case "/metrics": return .text("prometheus_notifications_dropped_total 0\nprometheus_notifications_sent_total 7\n")
    case "/api/v1/targets": return success(["activeTargets": [], "droppedTargets": []])
    case "/api/v1/rules": return success(["groups": []])
    case "/api/v1/status/buildinfo": return success(["version": "2.53.0"])
    case "/api/v1/status/runtimeinfo":
      return success(["reloadConfigSuccess": true, "corruptionCount": 0, "storageRetention": "15d or 10GiB"])
    case "/api/v1/status/tsdb": return success(["headStats": ["numSeries": 3]])
    case "/api/v1/status/flags": return success(["web.enable-admin-api": "false", "web.enable-lifecycle": "false"])
    case "/api/v1/alertmanagers": return success(["activeAlertmanagers": []])
    case "/api/v1/label/__name__/values": return success(["up"])
    case "/api/v1/query", "/api/v1/query_range": return success(["resultType": "matrix", "result": []])
    default: return .missing
    }
  }

  static let alertmanager: @Sendable (ServicePeer.Request, [ServicePeer.Request]) -> ServicePeer.Reply = {
    request, past in
    switch (request.method, request.path) {
    case (_, "/-/ready"): return .text("OK")
    case (_, "/metrics"): return .text("alertmanager_notifications_total{integration=\"email\"} 4\n")
    case (_, "/api/v2/status"):
      return .json([
        "cluster": ["status": "ready", "peers": []], "versionInfo": ["version": "0.27.0"],
        "config": ["original": "route: {receiver: a}\nreceivers: [{name: a, webhook_configs: [{url: x}]}]\n"],
      ])
    case ("GET", "/api/v2/alerts"), (_, "/api/v2/silences"): return .json([])
    case ("POST", "/api/v2/alerts"): return .text("")
    case (_, "/sink"): return .text(past.filter { $0.method == "POST" }.map(\.body).joined())
    default: return .missing
    }
  }

  static let dashboard: JSONValue = [
    "dashboard": [
      "title": "Events", "refresh": "30s",
      "templating": ["list": [["name": "job", "current": ["value": "$__all"]], ["name": "odd", "current": [:]]]],
      "panels": [
        [
          "id": 1, "type": "timeseries", "title": "Alive", "datasource": ["uid": "p1", "type": "prometheus"],
          "targets": [["expr": "up{job=~\"$job\"}", "refId": "A"]],
        ],
        [
          "id": 2, "type": "row", "title": "folded",
          "panels": [
            [
              "id": 3, "type": "stat", "title": "Dead", "datasource": ["uid": "p1"],
              "targets": [["expr": "gone_metric"]],
            ]
          ],
        ],
        ["id": 4, "type": "stat", "title": "Elsewhere", "datasource": ["uid": "nobody"], "targets": [["expr": "up"]]],
        ["id": 5, "type": "stat", "title": "Obscure", "targets": [["expr": "up{a=\"$odd\"}"]]],
        ["id": 6, "type": "text", "title": "Words"],
      ],
    ]
  ]

  static let grafana: @Sendable (ServicePeer.Request, [ServicePeer.Request]) -> ServicePeer.Reply = { request, _ in
    let isKnown = request.head.contains("Authorization: Bearer glsa_token")
    if request.path == "/api/health" { return .json(["database": "ok", "version": "10.4.2"]) }
    guard isKnown else { return .json(["message": "Unauthorized"], status: 401) }
    switch request.path {
    case "/api/search": return .json([["uid": "d1", "title": "Events"]])
    case "/api/org": return .json(["id": 1, "name": "Main"])
    case "/api/datasources":
      return .json([
        ["uid": "p1", "name": "Prometheus", "type": "prometheus", "isDefault": true],
        ["uid": "l1", "name": "Loki", "type": "loki"], ["uid": "x1", "name": "Plugin", "type": "odd"],
      ])
    case "/api/datasources/uid/p1/health": return .json(["status": "OK", "message": "works"])
    case "/api/datasources/uid/l1/health":
      return .json(["status": "ERROR", "message": "connection refused"], status: 400)
    case "/api/dashboards/uid/d1": return .json(dashboard)
    case "/api/v1/provisioning/contact-points": return .json([["uid": "c"]])
    case "/api/ds/query":
      let times: JSONValue = [1, 2]
      let isAlive = request.body.contains("up{job=~\\\".*\\\"}")
      let values: JSONValue = isAlive ? [1, 1] : [nil, nil]
      return .json([
        "results": [
          "Q0": [
            "status": 200,
            "frames": [
              ["schema": ["fields": [["type": "time"], ["type": "number"]]], "data": ["values": [times, values]]]
            ],
          ]
        ]
      ])
    default: return .missing
    }
  }

  /// A Loki in which a line with every id that was planted stands.
  static func loki(now: Int, _ lines: [String: [(age: Int, text: String)]])
    -> @Sendable (
      ServicePeer.Request, [ServicePeer.Request]
    ) -> ServicePeer.Reply
  {
    { request, past in
      func success(_ data: JSONValue) -> ServicePeer.Reply { .json(["status": "success", "data": data]) }
      func stream(_ service: String, _ lines: [(age: Int, text: String)]) -> JSONValue {
        [
          "stream": ["service": .string(service)],
          "values": .array(lines.map { ["\(now - $0.age)000000000", .string($0.text)] }),
        ]
      }
      switch request.path {
      case "/ready": return .text("ready\n")
      case "/config":
        return .text("limits_config:\n  retention_period: 31d\ncompactor:\n  retention_enabled: true\n")
      case "/loki/api/v1/labels": return success(["service", "level"])
      case "/loki/api/v1/label/service/values": return success(JSONValue(lines.keys.sorted()))
      case "/loki/api/v1/status/buildinfo": return .json(["version": "2.9.4"])
      case "/loki/api/v1/query_range":
        if request.target.contains("audit-") {
          let planted = past.first { $0.path == "/events" }.flatMap { request in
            request.head.split(separator: "\r\n").first { $0.hasPrefix("X-Request-ID: ") }?.dropFirst(14)
          }
          guard let planted, request.target.contains(planted) else { return success(["result": []]) }
          return success(["result": [stream("api", [(0, "request_id=\(planted)")])]])
        }
        let service = lines.keys.first { request.target.contains("%22\($0)%22") } ?? ""
        return success(["result": [stream(service, lines[service] ?? [])]])
      case "/events": return .json([])
      default: return .missing
      }
    }
  }

  static let sentry: @Sendable (ServicePeer.Request, [ServicePeer.Request]) -> ServicePeer.Reply = { request, past in
    let project = "/api/0/projects/acme/api/"
    if request.path == "/_health/" { return .text("ok") }
    if request.path == "/api/42/envelope/" {
      return request.head.contains("sentry_key=abc123")
        ? .json(["id": "x"]) : .json(["detail": "bad sentry authentication"], status: 403)
    }
    guard request.head.contains("Bearer tracker-token") else { return .json(["detail": "no"], status: 401) }
    switch request.path {
    case project: return .json(["slug": "api", "platform": "swift", "firstEvent": "2026-01-01T00:00:00Z"])
    case project + "keys/": return .json([["isActive": true], ["isActive": false]])
    case project + "rules/": return .json([["id": "1"]])
    case project + "releases/": return .json([["version": "1", "dateCreated": "2026-01-02T00:00:00Z"]])
    case project + "issues/": return .json([["id": "9", "assignedTo": nil, "firstSeen": "2026-01-02T00:00:00Z"]])
    default:
      let id = request.path.dropFirst((project + "events/").count).dropLast()
      let isThere = request.path.hasPrefix(project + "events/") && past.contains { $0.body.contains(String(id)) }
      return isThere ? .json(["eventID": .string(String(id))]) : .missing
    }
  }

  static let collector: @Sendable (ServicePeer.Request, [ServicePeer.Request]) -> ServicePeer.Reply = { request, _ in
    switch request.path {
    case "/": return .json(["status": "Server available", "upSince": "2026-01-01T00:00:00.5Z", "uptime": "1h"])
    case "/metrics":
      return .text(
        """
        otelcol_exporter_sent_spans{exporter="otlp"} 90
        otelcol_exporter_send_failed_spans_total{exporter="otlp"} 10
        otelcol_receiver_accepted_spans_total 100
        otelcol_receiver_refused_spans_total 0
        otelcol_exporter_queue_size{exporter="otlp"} 900
        otelcol_exporter_queue_capacity{exporter="otlp"} 1000

        """)
    case "/v1/traces": return .json(["partialSuccess": [:]])
    default: return .missing
    }
  }

  static let metrics = """
    # HELP http_requests_total Requests.
    # TYPE http_requests_total counter
    http_requests_total{status="200"} 5
    # HELP http_request_duration_seconds How long requests take.
    # TYPE http_request_duration_seconds histogram
    http_request_duration_seconds_bucket{le="0.5"} 4
    http_request_duration_seconds_bucket{le="+Inf"} 5
    http_request_duration_seconds_sum 1.5
    http_request_duration_seconds_count 5
    # HELP process_resident_memory_bytes Memory.
    # TYPE process_resident_memory_bytes gauge
    process_resident_memory_bytes 1e+06

    """
}

import AuditModel

/// Gauges for Prometheus, for the node exporter's textfile collector for one.
struct PrometheusFormat: ReportFormat {
  let name = "prometheus"
  let summary = "gauges in Prometheus' text format, for the node exporter's textfile collector"

  func render(_ report: AuditReport, _ options: RenderingOptions) throws -> [ReportFile] {
    [ReportFile(name: "readiness.prom", text: PrometheusText.text(of: ReportMetrics(report).all))]
  }

  func wrote(_ name: String) -> Bool { name == "readiness.prom" }
}

import AuditModel
import Facts
import ProbeConformance
import Testing

@testable import DocumentProbes

@Suite("Kubernetes manifests") struct ManifestTests {
  static let manifests = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: api}
    spec:
      template:
        metadata: {labels: {app: api, tier: web}}
        spec:
          containers:
            - name: api
              resources: {requests: {cpu: 100m}, limits: {memory: 1Gi}}
              readinessProbe: {httpGet: {path: /ready, port: 80}}
            - name: side
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: api}
    spec:
      scaleTargetRef: {kind: Deployment, name: api}
      minReplicas: 2
      maxReplicas: 8
      metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}}]
    ---
    apiVersion: autoscaling/v1
    kind: HorizontalPodAutoscaler
    metadata: {name: gone}
    spec: {scaleTargetRef: {kind: Deployment, name: old}, minReplicas: 3, maxReplicas: 3}
    ---
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: api}
    spec: {maxUnavailable: 0, selector: {matchLabels: {app: api}}}
    ---
    apiVersion: v1
    kind: List
    items:
      - {apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db}, spec: {replicas: 1, template: {spec: {containers: []}}}}
    """

  private func read(_ files: [String: String]) async throws -> (facts: JSONValue, gaps: [Gap]) {
    let folder = try Folder(files)
    return try await facts(ManifestsProbe(), ["path": .string(folder.path)], kind: "kubernetes-manifests")
  }

  @Test("workloads are told with what scales and protects them")
  func whole() async throws {
    let (facts, gaps) = try await read(["k8s/all.yaml": Self.manifests, "values.txt": "x: ["])
    #expect(gaps.isEmpty)
    let workloads = try #require(facts["workloads"]?.array)
    #expect(workloads.map { $0["name"]?.string } == ["api", "db"])
    #expect(workloads.map { $0["leastReplicas"]?.integer } == [2, 1])
    #expect(workloads.map { $0["isScaled"]?.bool } == [true, false])
    #expect(workloads.map { $0["hasBudget"]?.bool } == [true, false])
    #expect(workloads.first?["budgetForbidsAll"] == true)
    let scalers = try #require(facts["autoscalers"]?.array)
    #expect(scalers.map { $0["targetExists"]?.bool } == [true, false])
    #expect(scalers.map { $0["hasRoom"]?.bool } == [true, false])
    #expect(scalers.map { $0["metrics"]?.integer } == [1, 0])
    #expect(scalers.first?["sharesWithoutRequest"] == ["cpu"])
    let containers = try #require(facts["containers"]?.array)
    #expect(containers.map { $0["limitsMemory"]?.bool } == [true, false])
    #expect(containers.map { $0["requestsMemory"]?.bool } == [true, false])
    #expect(containers.map { $0["isReadinessProbed"]?.bool } == [true, false])
  }

  @Test("a template that is not rendered leaves a gap; no manifest at all is not observed")
  func blind() async throws {
    let (_, gaps) = try await read([
      "a.yaml": Self.manifests, "t.yaml": "{{- if .Values.x }}\nkind: Deployment\n{{- end }}\n",
    ])
    #expect(gaps.contains { $0.path == "workloads" && $0.reason.hasPrefix("t.yaml:") })
    for text in ["", "a: b", "{{ x", "<html>"] {
      await #expect(throws: Folder.Trouble.self) { _ = try await read(["a.yaml": text]) }
    }
  }

  @Test func conforms() async throws {
    let folder = try Folder(["a.yaml": Self.manifests])
    let target = Target(id: "k8s", kind: "kubernetes-manifests", settings: ["path": .string(folder.path)])
    let impossible = Target(id: "k8s", kind: "kubernetes-manifests", settings: ["path": "/nonexistent/x"])
    #expect(await ProbeConformance.problems(with: ManifestsProbe(), target: target, impossible: impossible) == [])
  }
}

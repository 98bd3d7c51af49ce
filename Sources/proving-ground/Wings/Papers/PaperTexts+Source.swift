extension PaperTexts {
  /// Configuration, pipeline and code.
  static let source: [String: String] = [
    "source/.gitignore": """
    .env
    .env.*
    !.env.example
    build/

    """,
    "source/.env.example": """
    # To be filled in where it runs.
    DB_PASSWORD=
    LOG_LEVEL=info

    """,
    "source/README.md": """
    # Events platform

    How it is run stands in [docs](docs/README.md).

    """,
    "source/config/api.yaml": """
    listen: 0.0.0.0:8080
    database:
      host: database
      user: events_app
      password: ${DB_PASSWORD}

    """,
    "source/src/settings.py": """
    import os

    LOG_LEVEL = os.environ.get("LOG_LEVEL", "info")
    DATABASE_PASSWORD = os.environ["DB_PASSWORD"]

    """,
    "source/compose.yaml": """
    services:
      api:
        image: registry.events.example/api:1.4
        environment:
          DB_PASSWORD: ${DB_PASSWORD:?}
      processing:
        image: registry.events.example/processing:1.4
        environment:
          DB_PASSWORD: ${DB_PASSWORD:?}
      extraction:
        image: registry.events.example/extraction:1.4
      database:
        image: postgres:17.6
        environment:
          POSTGRES_PASSWORD_FILE: /run/secrets/database

    """,
    "source/.github/workflows/release.yml": """
    name: release
    on:
      push:
        branches: [main]
      pull_request:
    permissions:
      contents: read
    jobs:
      unit:
        runs-on: ubuntu-24.04
        steps:
          - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
          - run: pytest tests/unit
      integration:
        runs-on: ubuntu-24.04
        steps:
          - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
          - run: docker build --tag api .
          - run: pytest tests/integration
          - name: title
            env:
              TITLE: ${{ github.event.pull_request.title }}
            run: printf '%s' "$TITLE" | ./scripts/title-is-a-sentence
      deploy:
        needs: [unit, integration]
        if: github.ref == 'refs/heads/main'
        runs-on: ubuntu-24.04
        environment: production
        steps:
          - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683
          - run: ./deploy.sh production

    """,
    "log/api.log": """
    {"level":"info","message":"listening","port":8080}
    {"level":"info","message":"GET /api/events 200","milliseconds":12}

    """,
  ]

  /// What runs on the cluster.
  static let manifests: [String: String] = [
    "source/deploy/api.yaml": workload("api", replicas: 3),
    "source/deploy/processing.yaml": workload("processing", replicas: 2),
    "source/deploy/autoscaler.yaml": """
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: { name: api }
    spec:
      scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: api }
      minReplicas: 3
      maxReplicas: 12
      metrics:
        - type: Resource
          resource: { name: cpu, target: { type: Utilization, averageUtilization: 60 } }

    """,
    "source/deploy/budget-api.yaml": budget("api"),
    "source/deploy/budget-processing.yaml": budget("processing"),
  ]

  private static func workload(_ name: String, replicas: Int) -> String {
    """
    apiVersion: apps/v1
    kind: Deployment
    metadata: { name: \(name) }
    spec:
      replicas: \(replicas)
      selector: { matchLabels: { app: \(name) } }
      template:
        metadata: { labels: { app: \(name) } }
        spec:
          containers:
            - name: \(name)
              image: registry.events.example/\(name):1.4
              resources:
                requests: { cpu: 250m, memory: 256Mi }
                limits: { memory: 512Mi }
              readinessProbe: { httpGet: { path: /health, port: 8080 } }
              livenessProbe: { httpGet: { path: /alive, port: 8080 } }

    """
  }

  private static func budget(_ name: String) -> String {
    """
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: { name: \(name) }
    spec:
      maxUnavailable: 1
      selector: { matchLabels: { app: \(name) } }

    """
  }
}

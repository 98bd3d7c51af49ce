/// The root that webpack-dev-server came with for years, with its private key beside it in public.
enum DevelopersRoot {
  /// The certificate in PEM.
  static let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIDIDCCAgigAwIBAgIJAL7WpFUUJ1eDMA0GCSqGSIb3DQEBCwUAMBQxEjAQBgNV
    BAMTCWxvY2FsaG9zdDAeFw0xNjEwMjkxNDAzNDJaFw0yNjEwMjcxNDAzNDJaMBQx
    EjAQBgNVBAMTCWxvY2FsaG9zdDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoC
    ggEBAOW+YWdnccD9ENOTDFWRma7PnnHOWczgW75L5NQmew/+2l3snf71kVw+umUG
    5MKfF1MXIQLywpsvOKQsHMXWo16E/2HY/NF/kj7h3ce2MaHUmPa5eSnzo+Z95+FD
    8TiUVxVs5zhvmrXq6mG/lkU5nCX0vfnCbXws+UDZ2B4Xc3A3jwpT/He/KP+lTBgM
    ZdrLnKBfssfVwLNb0A+sGIjVoeTznZcVwK9Yrs7bp8vzFdHZZ7df9jULaVY9zr3j
    Daoui3nTt23ljLuTW97J51HSuvBMaIiVbWyWecxKJTK2Pc0vSd5U1ZKu8IWVAJtf
    GoW1F/IN435duVxFVI4ymzQd730CAwEAAaN1MHMwHQYDVR0OBBYEFKkaLYAmQMa/
    1mDLJBlOn+h116WbMEQGA1UdIwQ9MDuAFKkaLYAmQMa/1mDLJBlOn+h116WboRik
    FjAUMRIwEAYDVQQDEwlsb2NhbGhvc3SCCQC+1qRVFCdXgzAMBgNVHRMEBTADAQH/
    MA0GCSqGSIb3DQEBCwUAA4IBAQCi2ywUN/y5fgH2PTVZjgKq6AUD/RqrdTISa2UO
    kxcSPlSGNlapjHD3iGpZ2FdyCVYoCIIRx9Eol9B2VW7gihbJrMdybbZk1v16AN1y
    sqgcHhXOeEh4Phi/suljZOaCWGoj1eZOvTXV7fZjeSq4lmdXEwFGuxXwVgvt8teM
    vJT6i3DtxcD7+V60Q691ky+QuZqDG1FKVmzXQ1CNt7Bq3075pled1KJz8ziIEdjc
    KeBDWN/NLbyZeBwlg9QxrbGazxGedMQdDzG5kyaaXwhCvAxfY2yHzkV/2iFE17AJ
    0796jb2KsrT6JNtwkMye1Jc/ZwNat7InH5WkqFzUrCKqw08u
    -----END CERTIFICATE-----

    """
}

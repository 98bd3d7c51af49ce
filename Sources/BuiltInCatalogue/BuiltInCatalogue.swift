/// The files of `checks/` and `policies/` as they were when the program was built, as compact JSON.
///
/// Its members are written by the build plug-in `CompileCatalogue`, which refuses to build what does not hold:
/// `checks` (id, probe, JSON), `policies` (id, JSON) and `checklist` (JSON).
package enum BuiltInCatalogue {}

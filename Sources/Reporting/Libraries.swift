import CLibXML2

/// The system libraries this room stands on, with their versions.
package let libraries = ["libxml2 \(LIBXML_DOTTED_VERSION)"]

#pragma once
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <libxml/xmlwriter.h>

/* libxml2's global set-up behind one call: the check macro does not import. */
static inline void prodworthy_xmlInit(void) {
  LIBXML_TEST_VERSION xmlInitParser();
}

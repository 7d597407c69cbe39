// As much of an XML parser as it takes to see whether our own XML is well-formed.
#pragma once

#include <string>
#include <string_view>

namespace lockstep::tools {

/// Why `xml` is not well-formed; empty if it is. Knows elements, attributes, text and the five entities.
std::string why_not_well_formed(std::string_view xml);

/// How many elements of that name begin in `xml`.
std::size_t count_elements(std::string_view xml, std::string_view name);

}  // namespace lockstep::tools

// Walking through tags.
#include "well_formed_xml.h"

#include <algorithm>
#include <regex>
#include <vector>

namespace lockstep::tools {
namespace {

/// Text and attribute values hold no bare < and no & that begins no entity.
bool is_clean(const std::string& text) {
  static const std::regex dirty("<|&(?!(amp|lt|gt|quot|apos|#[0-9]+);)");
  return !std::regex_search(text, dirty);
}

}  // namespace

std::string why_not_well_formed(std::string_view xml) {
  static const std::regex tag(R"re(<(/?)([A-Za-z_][\w.-]*)((?:\s+[\w:-]+="[^"]*")*)\s*(/?)>)re");
  static const std::regex attribute(R"re("([^"]*)")re");
  std::string text(xml);
  if (text.starts_with("<?xml")) {
    text.erase(0, text.find("?>") + 2);
  }
  std::vector<std::string> open;
  std::size_t roots = 0;
  auto at = text.cbegin();
  std::smatch match;
  while (std::regex_search(at, text.cend(), match, tag)) {
    if (!is_clean(match.prefix())) {
      return "bare < or & in: " + match.prefix().str();
    }
    const std::string attributes = match[3];
    for (std::sregex_iterator it(attributes.begin(), attributes.end(), attribute), end; it != end; ++it) {
      if (!is_clean((*it)[1])) {
        return "bare < or & in: " + attributes;
      }
    }
    if (match[1].length() > 0) {
      if (open.empty() || open.back() != match[2]) {
        return "</" + match[2].str() + "> closes " + (open.empty() ? "nothing" : open.back());
      }
      open.pop_back();
    } else if (match[4].length() == 0) {
      roots += open.empty() ? 1 : 0;
      open.push_back(match[2]);
    }
    at = match.suffix().first;
  }
  if (!is_clean(std::string(at, text.cend()))) {
    return "bare < or & at the end";
  }
  if (!open.empty()) {
    return open.back() + " is never closed";
  }
  return roots == 1 ? "" : "there must be one root element";
}

std::size_t count_elements(std::string_view xml, std::string_view name) {
  std::size_t count = 0;
  const std::string opening = "<" + std::string(name);
  for (auto at = xml.find(opening); at != std::string_view::npos; at = xml.find(opening, at + 1)) {
    const char next = at + opening.size() < xml.size() ? xml[at + opening.size()] : '\0';
    count += next == ' ' || next == '>' || next == '/' ? 1 : 0;
  }
  return count;
}

}  // namespace lockstep::tools

// A sweep as JUnit XML.
#include <fmt/format.h>

#include <string_view>

#include "tools/lockstep/sweep_report.h"

namespace lockstep::tools {
namespace {

/// Text for an attribute or an element; bytes that XML 1.0 cannot hold become '?'.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    }
  }
  return out;
}

const FailureGroup* group_of(const SweepReport& report, const SeedResult& result) {
  for (const auto& group : report.groups) {
    if (group.fingerprint == result.fingerprint) {
      return &group;
    }
  }
  return nullptr;
}

std::string case_body(const SweepReport& report, const SeedResult& result) {
  std::string body;
  if (!result.our_fault.empty()) {
    body += fmt::format("      <error type=\"simulator\" message=\"{}\"/>\n", escaped(result.our_fault));
  }
  if (!result.failed) {
    return body;
  }
  std::string text;
  for (const auto& event : result.events) {
    text += event + "\n";
  }
  if (const auto* group = group_of(report, result); group != nullptr) {
    text += fmt::format("smallest seed of this kind: {}\nreplay: {}\n", group->seeds.front(), group->replay);
  }
  return body + fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
                            escaped(result.fingerprint), escaped(result.sentence), escaped(text));
}

}  // namespace

std::string as_junit(const SweepReport& report) {
  const auto counts =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" time=\"{:.3f}\"", report.results.size(),
                  report.failed(), report.our_faults().size(), report.wall_seconds);
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites " + counts + ">\n";
  xml += fmt::format("  <testsuite name=\"{}\" {}>\n", escaped(report.scenario), counts);
  for (const auto& [seed, result] : report.results) {
    const std::string head = fmt::format("    <testcase classname=\"{}\" name=\"seed {}\" time=\"{:.3f}\"",
                                         escaped(report.scenario), seed, result.wall_seconds);
    const std::string body = case_body(report, result);
    xml += body.empty() ? head + "/>\n" : head + ">\n" + body + "    </testcase>\n";
  }
  return xml + "  </testsuite>\n</testsuites>\n";
}

}  // namespace lockstep::tools

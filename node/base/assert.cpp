// How a broken assertion is worded.
#include "node/base/assert.h"

#include <algorithm>
#include <string_view>

namespace lockstep::base {
namespace {

/// Cuts a path down to where the source tree begins, so that the same failure reads the same from any
/// checkout.
std::string_view from_source_root(std::string_view path) {
  constexpr std::string_view kWindows = "/rooms/";
  if (const auto at = path.rfind(kWindows); at != std::string_view::npos) {
    path.remove_prefix(at + kWindows.size());
    return path.substr(path.find('/') + 1);
  }
  auto first = std::string_view::npos;
  for (const std::string_view top : {"/node/", "/sim/", "/scenarios/", "/tests/", "/tools/", "/fuzz/"}) {
    first = std::min(first, path.find(top));
  }
  if (first != std::string_view::npos) {
    path.remove_prefix(first + 1);
  }
  return path;
}

}  // namespace

void fail_assertion(const char* condition, const char* message, const char* file, int line) {
  std::string text =
      std::string(from_source_root(file)) + ":" + std::to_string(line) + ": assertion failed: " + condition;
  if (message != nullptr) {
    text += std::string(" (") + message + ")";
  }
  throw AssertionFailed(text);
}

}  // namespace lockstep::base

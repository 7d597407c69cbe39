// Running RapidCheck properties on the same inputs every time.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace lockstep::spec::testing {

/// Whether `testable` holds on `cases` inputs; says on which it does not. The inputs are the same in every
/// run, so that no test fails by luck, unless RC_PARAMS asks for others.
template <typename Testable>
::testing::AssertionResult holds(const std::string& what, int cases, Testable&& testable) {
  rc::detail::TestParams params = rc::detail::configuration().testParams;
  if (std::getenv("RC_PARAMS") == nullptr) {
    params.seed = 20260626;
    params.maxSuccess = cases;
  }
  rc::detail::TestMetadata metadata;
  metadata.id = what;
  metadata.description = what;
  const auto result = rc::detail::checkTestable(std::forward<Testable>(testable), metadata, params);
  if (result.template is<rc::detail::SuccessResult>()) {
    return ::testing::AssertionSuccess();
  }
  std::ostringstream text;
  rc::detail::printResultMessage(result, text);
  return ::testing::AssertionFailure() << what << ": " << text.str();
}

/// Lists of that many numbers, each a move of RandomPlay.
inline rc::Gen<std::vector<std::uint32_t>> histories(std::size_t length) {
  return rc::gen::container<std::vector<std::uint32_t>>(
      length, rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint32_t>()));
}

}  // namespace lockstep::spec::testing

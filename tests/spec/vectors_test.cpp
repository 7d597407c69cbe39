// Every file of leanSpec's test vectors is a case, grouped by kind; and what the runner makes of broken
// files.
#include "tools/vectors/vectors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

namespace lockstep::vectors {
namespace {

const std::filesystem::path kDirectory = LOCKSTEP_VECTORS_DIR;

class VectorFile : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(VectorFile, agrees_with_the_node) {
  const std::vector<FixtureResult> results = run_file(GetParam());
  ASSERT_FALSE(results.empty());
  bool is_unchecked = false;
  for (const FixtureResult& result : results) {
    EXPECT_NE(result.outcome, Outcome::kFailed) << result.name << "\n" << result.message;
    is_unchecked = is_unchecked || result.outcome == Outcome::kNotYet;
  }
  if (is_unchecked && !HasFailure()) {
    GTEST_SKIP() << "not yet: nothing here checks " << results.front().kind << " so far";
  }
}

std::string case_name(const testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name = std::filesystem::relative(info.param, kDirectory).replace_extension().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(LeanSpec, VectorFile, testing::ValuesIn(find_files(kDirectory)), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(VectorFile);

TEST(Vectors, are_there) {
  if (find_files(kDirectory).empty()) {
    GTEST_SKIP() << "there are no vectors in " << kDirectory << "; set LOCKSTEP_VECTORS when configuring";
  }
}

FixtureResult only_result(std::string_view text) {
  const std::vector<FixtureResult> results = run_text(text, "some.json");
  EXPECT_EQ(results.size(), 1U);
  return results.at(0);
}

void expect_one_line_of_failure(std::string_view text, std::string_view part) {
  const FixtureResult result = only_result(text);
  EXPECT_EQ(result.outcome, Outcome::kFailed) << text;
  EXPECT_NE(result.message.find(part), std::string::npos) << result.message;
  EXPECT_EQ(result.message.find('\n'), std::string::npos) << result.message;
}

TEST(Vectors, fail_with_one_line_when_the_file_is_broken) {
  expect_one_line_of_failure("", "malformed");
  expect_one_line_of_failure("{\"a\": {\"slot\": 1", "malformed");
  expect_one_line_of_failure("[]", "no fixtures");
  expect_one_line_of_failure("{}", "no fixtures");
  expect_one_line_of_failure(R"({"a": 7})", "fixtureFormat");
  expect_one_line_of_failure(R"({"a": {"_info": {"fixtureFormat": 5}}})", "fixtureFormat");
  expect_one_line_of_failure(std::string(100000, '['), "malformed");
  const FixtureResult missing = run_file("/nowhere/at/all.json").at(0);
  EXPECT_EQ(missing.outcome, Outcome::kFailed);
  EXPECT_NE(missing.message.find("cannot be opened"), std::string::npos);
}

TEST(Vectors, fail_on_a_kind_that_leanSpec_does_not_have) {
  expect_one_line_of_failure(R"({"a": {"_info": {"fixtureFormat": "horoscope_test"}}})", "unknown kind");
}

TEST(Vectors, never_pass_a_kind_that_nothing_checks) {
  for (const char* kind : {"reaggregation", "verify_signatures", "verify_single_message_proofs"}) {
    const std::string text = R"({"a": {"_info": {"fixtureFormat": ")" + std::string(kind) + "_test\"}}}";
    EXPECT_EQ(only_result(text).outcome, Outcome::kNotYet) << kind;
  }
}

std::string justifiability(const std::string& slot, const char* verdict) {
  return R"({"a": {"slot": )" + slot + R"(, "finalizedSlot": 0, "output": {"delta": )" + slot +
         R"(, "isJustifiable": )" + verdict + R"(}, "_info": {"fixtureFormat": "justifiability_test"}}})";
}

TEST(Vectors, are_held_against_the_node) {
  EXPECT_EQ(only_result(justifiability("9", "true")).outcome, Outcome::kPassed);
  expect_one_line_of_failure(justifiability("9", "false"), "isJustifiable");
  expect_one_line_of_failure(justifiability("7", "true"), "isJustifiable");
  expect_one_line_of_failure(justifiability("-7", "true"), "unsigned");
  // The largest slot is 2^64 - 1, and one more is no slot.
  EXPECT_EQ(only_result(justifiability("18446744073709551615", "false")).outcome, Outcome::kPassed);
  expect_one_line_of_failure(justifiability("18446744073709551616", "false"), "malformed");
}

/// Every change of one hexadecimal digit, number or flag in a file must be noticed, in the result or as a
/// failure.
void expect_tampering_is_noticed(const std::filesystem::path& path) {
  std::ifstream stream(path);
  std::ostringstream content;
  content << stream.rdbuf();
  const std::string text = content.str();
  const std::size_t info = text.find("\"_info\"");
  const std::size_t root = std::min(text.find("\"root\": \"0x"), text.find("\"postStateRoot\": \"0x"));
  if (root == std::string::npos || root > info) {
    return;
  }
  std::string changed = text;
  char& digit = changed[text.find("0x", root) + 20];
  digit = digit == '0' ? '1' : '0';
  for (const FixtureResult& result : run_text(changed, path.string())) {
    EXPECT_NE(result.outcome, Outcome::kPassed) << path;
  }
}

TEST(Vectors, do_not_pass_with_another_root) {
  const auto files = find_files(kDirectory / "ssz");
  if (files.empty()) {
    GTEST_SKIP() << "there are no vectors in " << kDirectory;
  }
  for (const std::filesystem::path& path : files) {
    expect_tampering_is_noticed(path);
  }
}

}  // namespace
}  // namespace lockstep::vectors

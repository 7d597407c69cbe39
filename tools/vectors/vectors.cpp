// Reading files and running the fixtures in them.
#include "tools/vectors/vectors.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "tools/vectors/kinds.h"

namespace lockstep::vectors {
namespace {

FixtureResult failure(std::string name, std::string kind, std::string message) {
  std::replace(message.begin(), message.end(), '\n', ' ');
  return {std::move(name), std::move(kind), Outcome::kFailed, std::move(message)};
}

/// fixtureFormat without _test; empty if the fixture has none.
std::string kind_of(const Json& fixture) {
  if (!fixture.is_object() || !fixture.contains("_info") || !fixture["_info"].is_object()) {
    return "";
  }
  const Json& info = fixture["_info"];
  if (!info.contains("fixtureFormat") || !info["fixtureFormat"].is_string()) {
    return "";
  }
  std::string format = info["fixtureFormat"].get<std::string>();
  constexpr std::string_view kEnding = "_test";
  if (format.size() > kEnding.size() && format.ends_with(kEnding)) {
    format.resize(format.size() - kEnding.size());
  }
  return format;
}

FixtureResult run_fixture(const std::string& name, const Json& fixture) {
  const std::string kind_name = kind_of(fixture);
  if (kind_name.empty()) {
    return failure(name, kind_name, "malformed: the fixture has no _info.fixtureFormat");
  }
  const Kind* const kind = find_kind(kind_name);
  if (kind == nullptr) {
    return failure(name, kind_name, "unknown kind of fixture: " + kind_name);
  }
  if (kind->check == nullptr) {
    return {name, kind_name, Outcome::kNotYet, "nothing here checks this kind so far"};
  }
  try {
    kind->check(fixture);
    return {name, kind_name, Outcome::kPassed, ""};
  } catch (const Mismatch& mismatch) {
    return failure(name, kind_name, mismatch.what());
  } catch (const Malformed& malformed) {
    return failure(name, kind_name, std::string("malformed: ") + malformed.what());
  } catch (const std::exception& other) {
    return failure(name, kind_name, std::string("the node threw: ") + other.what());
  }
}

}  // namespace

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::kPassed:
      return "passed";
    case Outcome::kFailed:
      return "failed";
    case Outcome::kNotYet:
      return "not yet";
  }
  return "";
}

std::vector<FixtureResult> run_text(std::string_view text, const std::string& name) {
  Json file;
  try {
    file = Json::parse(text);
  } catch (const std::exception& error) {
    return {failure(name, "", std::string("malformed: ") + error.what())};
  }
  if (!file.is_object() || file.empty()) {
    return {failure(name, "", "malformed: the file holds no fixtures by name")};
  }
  std::vector<FixtureResult> results;
  for (const auto& [key, fixture] : file.items()) {
    results.push_back(run_fixture(key, fixture));
  }
  return results;
}

std::vector<FixtureResult> run_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return {failure(path.string(), "", "the file cannot be opened")};
  }
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream.bad() || text.empty()) {
    return {failure(path.string(), "", "the file cannot be read or is empty")};
  }
  return run_text(text, path.string());
}

std::vector<std::filesystem::path> find_files(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) {
    return {path};
  }
  std::vector<std::filesystem::path> files;
  std::filesystem::recursive_directory_iterator at(path, error);
  for (; !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    std::error_code ignored;
    if (at->path().extension() == ".json" && at->is_regular_file(ignored)) {
      files.push_back(at->path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace lockstep::vectors

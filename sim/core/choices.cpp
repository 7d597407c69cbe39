// Overrides and records of choices, and how keys are written down.
#include "sim/core/choices.h"

#include <array>
#include <charconv>
#include <utility>

namespace lockstep::sim {
namespace {

constexpr std::array<std::pair<ChoiceDomain, std::string_view>, 12> kDomainNames = {{
    {ChoiceDomain::kSchedule, "schedule"},
    {ChoiceDomain::kWakeUp, "wakeup"},
    {ChoiceDomain::kNetwork, "network"},
    {ChoiceDomain::kDisk, "disk"},
    {ChoiceDomain::kClock, "clock"},
    {ChoiceDomain::kCpu, "cpu"},
    {ChoiceDomain::kNode, "node"},
    {ChoiceDomain::kTopology, "topology"},
    {ChoiceDomain::kWorkload, "workload"},
    {ChoiceDomain::kFault, "fault"},
    {ChoiceDomain::kTest, "test"},
    {ChoiceDomain::kTimer, "timer"},
}};

/// Cuts the text before the next ':' off `rest`.
std::string_view next_field(std::string_view& rest) {
  const auto colon = rest.find(':');
  const std::string_view field = rest.substr(0, colon);
  rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
  return field;
}

template <typename Number>
bool read_number(std::string_view field, Number& out) {
  const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), out);
  return error == std::errc{} && end == field.data() + field.size() && !field.empty();
}

}  // namespace

std::string to_text(const ChoiceKey& key) {
  std::string text = "?";
  for (const auto& [domain, name] : kDomainNames) {
    if (domain == key.domain) {
      text = name;
    }
  }
  return text + ":" + std::to_string(key.object) + ":" + std::to_string(key.purpose) + ":" +
         std::to_string(key.counter);
}

std::optional<ChoiceKey> parse_choice_key(std::string_view text) {
  const std::string_view name = next_field(text);
  const std::string_view object = next_field(text);
  const std::string_view purpose = next_field(text);
  ChoiceKey key;
  if (!read_number(object, key.object) || !read_number(purpose, key.purpose) ||
      !read_number(text, key.counter)) {
    return std::nullopt;
  }
  for (const auto& [domain, known] : kDomainNames) {
    if (known == name) {
      key.domain = domain;
      return key;
    }
  }
  return std::nullopt;
}

Choices::Choices(std::uint64_t seed)
    : seed_(seed),
      seed_low_(scramble(seed + kGoldenStep)),
      seed_high_(scramble(scramble(seed + kGoldenStep) + kGoldenStep)) {}

void Choices::set_override(const ChoiceKey& key, std::uint64_t value) {
  overrides_[key] = value;
  watched_ = true;
}

void Choices::clear_overrides() {
  overrides_.clear();
  watched_ = sink_ != nullptr;
}

void Choices::record_into(std::vector<ChoiceRecord>* sink) {
  sink_ = sink;
  watched_ = sink_ != nullptr || !overrides_.empty();
}

std::uint64_t Choices::settle(const ChoiceKey& key, std::uint64_t bound, std::uint64_t drawn) {
  std::uint64_t value = drawn;
  if (const auto found = overrides_.find(key); found != overrides_.end()) {
    value = bound == 0 || found->second < bound ? found->second : bound - 1;
    ++overrides_met_;
  }
  if (sink_ != nullptr) {
    sink_->push_back({key, bound, value});
  }
  return value;
}

}  // namespace lockstep::sim

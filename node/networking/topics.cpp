// Building, taking apart and recognising topic strings.
#include "node/networking/topics.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "node/base/assert.h"

namespace lockstep::networking {
namespace {

constexpr std::string_view kPrefix = "leanconsensus";
constexpr std::string_view kEncoding = "ssz_snappy";
constexpr std::array<std::string_view, kTopicKinds> kNames{"block", "aggregation", "attestation"};
constexpr std::string_view kSubnetPrefix = "attestation_";

/// Takes the part before the next slash off `text`; all of it when there is none.
std::string_view take_part(std::string_view& text) {
  const std::size_t slash = text.find('/');
  const std::string_view part = text.substr(0, slash);
  text.remove_prefix(slash == std::string_view::npos ? text.size() : slash + 1);
  return part;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

bool parse_name(std::string_view name, GossipTopic& topic) {
  if (name.starts_with(kSubnetPrefix)) {
    topic.kind = TopicKind::kAttestation;
    topic.subnet = parse_number(name.substr(kSubnetPrefix.size()));
    return topic.subnet.has_value();
  }
  for (std::size_t i = 0; i < kTopicKinds; ++i) {
    if (name == kNames[i]) {
      topic.kind = static_cast<TopicKind>(i);
      return true;
    }
  }
  return false;
}

}  // namespace

std::string GossipTopic::to_text() const {
  std::string text = "/";
  text += kPrefix;
  text += '/';
  text += network_name;
  text += '/';
  text += kNames[static_cast<std::size_t>(kind)];
  if (kind == TopicKind::kAttestation && subnet) {
    text += '_' + std::to_string(*subnet);
  }
  text += '/';
  text += kEncoding;
  return text;
}

std::optional<GossipTopic> GossipTopic::parse(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of('/'), text.size()));
  // Four parts have three slashes between them.
  if (std::count(text.begin(), text.end(), '/') != 3 || take_part(text) != kPrefix) {
    return std::nullopt;
  }
  GossipTopic topic;
  topic.network_name = take_part(text);
  if (!parse_name(take_part(text), topic) || text != kEncoding) {
    return std::nullopt;
  }
  return topic;
}

Topics::Topics(std::string_view network_name, std::uint64_t subnets) {
  LOCKSTEP_ASSERT(subnets >= 1 && subnets <= spec::kSubnetsMax);
  const std::string network(network_name);
  names_.push_back(GossipTopic{TopicKind::kBlock, network, {}}.to_text());
  names_.push_back(GossipTopic{TopicKind::kAggregation, network, {}}.to_text());
  for (std::uint64_t subnet = 0; subnet < subnets; ++subnet) {
    names_.push_back(GossipTopic{TopicKind::kAttestation, network, subnet}.to_text());
  }
}

std::optional<TopicIndex> Topics::find(std::string_view topic) const {
  // Votes are by far the most frequent: look for their topics first.
  for (std::size_t i = names_.size(); i-- > 0;) {
    if (names_[i] == topic) {
      return static_cast<TopicIndex>(i);
    }
  }
  return std::nullopt;
}

}  // namespace lockstep::networking

// Building and recognising topic strings.
#include "node/networking/topics.h"

namespace lockstep::networking {

Topics::Topics(std::string_view network_name) {
  static constexpr std::array<std::string_view, kTopics> kShortNames{"block", "aggregation", "attestation_0"};
  for (std::size_t i = 0; i < kTopics; ++i) {
    names_[i] = "/leanconsensus/";
    names_[i] += network_name;
    names_[i] += '/';
    names_[i] += kShortNames[i];
    names_[i] += "/ssz_snappy";
  }
}

std::optional<TopicKind> Topics::find(std::string_view topic) const {
  // Votes are by far the most frequent: look for their topic first.
  for (std::size_t i = kTopics; i-- > 0;) {
    if (names_[i] == topic) {
      return static_cast<TopicKind>(i);
    }
  }
  return std::nullopt;
}

}  // namespace lockstep::networking

// Which messages a fault is about: from whom, to whom, of what kind.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/cluster/member.h"

namespace lockstep::cluster {

/// A choice among the frames of a network. Everything that is not said is everything.
class Messages {
 public:
  [[nodiscard]] Messages from(const Group& senders) const {
    Messages out = *this;
    out.senders_ = senders;
    return out;
  }
  [[nodiscard]] Messages to(const Group& receivers) const {
    Messages out = *this;
    out.receivers_ = receivers;
    return out;
  }

  /// Nothing stands for everybody.
  [[nodiscard]] const std::optional<Group>& senders() const { return senders_; }
  [[nodiscard]] const std::optional<Group>& receivers() const { return receivers_; }

 private:
  std::optional<Group> senders_;
  std::optional<Group> receivers_;
};

/// All messages that these nodes send, or are sent.
inline Messages sent_by(const Group& senders) {
  return Messages().from(senders);
}
inline Messages sent_to(const Group& receivers) {
  return Messages().to(receivers);
}

}  // namespace lockstep::cluster

// Message ids from a hasher that has already read domain and topic.
#include "node/networking/message_id.h"

#include <algorithm>

namespace lockstep::networking {

MessageIds::MessageIds(MessageDomain domain, std::string_view topic)
    : MessageIds(
          base::Bytes4{{domain == MessageDomain::kValidSnappy ? std::uint8_t{1} : std::uint8_t{0}, 0, 0, 0}},
          topic) {}

MessageIds::MessageIds(const base::Bytes4& domain, std::string_view topic) {
  prefix_.update(domain.view());
  prefix_.update_le(topic.size());
  prefix_.update({reinterpret_cast<const std::uint8_t*>(topic.data()), topic.size()});
}

MessageId MessageIds::of(base::ByteView data) const {
  crypto::Sha256 hasher = prefix_;
  const base::Bytes32 digest = hasher.update(data).digest();
  MessageId id;
  std::copy_n(digest.data.begin(), MessageId::kSize, id.data.begin());
  return id;
}

}  // namespace lockstep::networking

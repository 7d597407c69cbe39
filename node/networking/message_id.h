// The identity of a gossip message (leanSpec: gossipsub/message.py).
#pragma once

#include <string_view>

#include "node/base/bytes.h"
#include "node/crypto/sha256.h"

namespace lockstep::networking {

using MessageId = base::Bytes20;

/// Whether the data of a message could be decompressed; it enters the identity.
enum class MessageDomain { kInvalidSnappy, kValidSnappy };

/// Makes message ids for one topic and domain: SHA256(domain ‖ u64le(len(topic)) ‖ topic ‖ data)[:20]. What
/// does not depend on the data is hashed once.
class MessageIds {
 public:
  MessageIds(MessageDomain domain, std::string_view topic);
  /// The same for a domain in its four bytes.
  MessageIds(const base::Bytes4& domain, std::string_view topic);

  /// `data` is the decompressed message for kValidSnappy, else the message as it came.
  [[nodiscard]] MessageId of(base::ByteView data) const;

 private:
  crypto::Sha256 prefix_;
};

}  // namespace lockstep::networking

// Two threads install a keyring; one uses the user's before the other has set the session's.
// finds: assertion
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

namespace {
struct User {
  std::atomic<int> uid_keyring{0};
  std::atomic<int> session_keyring{0};
};
std::mutex guard;
User user;

void install() {
#ifdef CORRECT
  const std::lock_guard lock(guard);
#endif
  if (user.uid_keyring != 0) {
    assert(user.session_keyring != 0);
    return;
  }
#ifndef CORRECT
  const std::lock_guard lock(guard);
#endif
  if (user.uid_keyring == 0) {
    user.uid_keyring = 1;
    user.session_keyring = 2;
  }
}
}  // namespace

int main() {
  std::thread a(install);
  std::thread b(install);
  a.join();
  b.join();
}

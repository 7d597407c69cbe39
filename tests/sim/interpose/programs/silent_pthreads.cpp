// A correct program on bare POSIX threads: nothing is to be said of it.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cassert>
#include <cstdint>

namespace {

pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
pthread_mutex_t recursive;
pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
pthread_barrier_t barrier;
pthread_once_t once = PTHREAD_ONCE_INIT;
pthread_spinlock_t spin;
pthread_key_t key;
sem_t tokens;
int arrived = 0;
int initialised = 0;
int freed = 0;
int spun = 0;

void initialise() {
  ++initialised;
}

void give_back(void* value) {
  free(value);
  __atomic_fetch_add(&freed, 1, __ATOMIC_SEQ_CST);
}

void* work(void* argument) {
  const auto number = reinterpret_cast<intptr_t>(argument);
  pthread_once(&once, initialise);
  pthread_setspecific(key, strdup("own"));
  pthread_mutex_lock(&recursive);
  pthread_mutex_lock(&recursive);
  ++arrived;
  pthread_mutex_unlock(&recursive);
  pthread_mutex_unlock(&recursive);
  pthread_barrier_wait(&barrier);
  pthread_rwlock_rdlock(&table);
  assert(arrived == 3);
  pthread_rwlock_unlock(&table);
  pthread_spin_lock(&spin);
  ++spun;
  pthread_spin_unlock(&spin);
  sem_post(&tokens);
  pthread_mutex_lock(&plain);
  pthread_cond_signal(&changed);
  pthread_mutex_unlock(&plain);
  if (number == 2) {
    pthread_exit(reinterpret_cast<void*>(7));
  }
  return argument;
}

void wait_in_vain() {
  timespec until{};
  clock_gettime(CLOCK_REALTIME, &until);
  until.tv_sec += 5;
  pthread_mutex_lock(&plain);
  const int end = pthread_cond_timedwait(&changed, &plain, &until);
  assert(end == ETIMEDOUT);
  pthread_mutex_unlock(&plain);
  const time_t began = time(nullptr);
  sleep(100);
  assert(time(nullptr) - began >= 100);
}

}  // namespace

int main(int argc, char** argv) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  pthread_mutex_init(&recursive, &attributes);
  pthread_barrier_init(&barrier, nullptr, 3);
  pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
  pthread_key_create(&key, give_back);
  sem_init(&tokens, 0, 0);
  pthread_t threads[3];
  for (intptr_t i = 0; i < 3; ++i) {
    pthread_create(&threads[i], nullptr, work, reinterpret_cast<void*>(i));
  }
  for (int i = 0; i < 3; ++i) {
    sem_wait(&tokens);
  }
  for (intptr_t i = 0; i < 3; ++i) {
    void* result = nullptr;
    pthread_join(threads[i], &result);
    assert(reinterpret_cast<intptr_t>(result) == (i == 2 ? 7 : i));
  }
  assert(freed == 3 && initialised == 1 && spun == 3);
  wait_in_vain();
  assert(argc < 2 || strcmp(argv[1], "expected") == 0);
}

#pragma once
#include <sys/epoll.h>
#include <malloc.h>
#include <linux/filter.h>

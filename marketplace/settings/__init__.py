"""Every setting, a file for each subject; what differs between installations comes from the environment."""

from marketplace.settings.api import *
from marketplace.settings.background import *
from marketplace.settings.connections import *
from marketplace.settings.framework import *
from marketplace.settings.letters import *
from marketplace.settings.logs import *
from marketplace.settings.people import *
from marketplace.settings.refusing import *
from marketplace.settings.running import *
from marketplace.settings.running import env
from marketplace.settings.security import *
from marketplace.settings.site import *
from marketplace.settings.stripe import *

env.stop_if_refused()

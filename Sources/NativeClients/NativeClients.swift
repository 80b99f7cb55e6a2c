import CLibCrypto
import CLibPQ
import CLibYAML
import Subprocess

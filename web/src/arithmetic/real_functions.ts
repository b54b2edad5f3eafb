/**
 * exp and ln of 32-bit floats, step by step as firmware/kernels/softmax/float.c takes
 * them: Math.exp is rounded better, and so now and then another number.
 */

/** 2^(i / 32). */
const TWO_TO = [
  1.0,
  1.0218971486541166,
  1.0442737824274138,
  1.0671404006768237,
  1.0905077326652577,
  1.1143867425958924,
  1.1387886347566916,
  1.1637248587775775,
  1.189207115002721,
  1.215247359980469,
  1.241857812073484,
  1.2690509571917332,
  1.2968395546510096,
  1.3252366431597413,
  1.3542555469368927,
  1.383909881963832,
  Math.SQRT2,
  1.4451808069770467,
  1.4768261459394993,
  1.5091644275934228,
  1.5422108254079407,
  1.5759808451078865,
  1.6104903319492543,
  1.645755478153965,
  1.681792830507429,
  1.718619298122478,
  1.7562521603732995,
  1.7947090750031072,
  1.8340080864093424,
  1.8741676341103,
  1.9152065613971474,
  1.9571441241754002,
] as const;

/** For each sixteenth of the mantissas from 0.7 to 1.4: about 1 / m, and ln(m). */
const LOG_TABLE = [
  [1.398907162146528, -0.33569133332882284],
  [1.3403141896637998, -0.2929040563774074],
  [1.286432210124115, -0.2518726580937369],
  [1.2367150214269895, -0.21245868807117255],
  [1.1906977166711752, -0.17453945183745634],
  [1.1479821020556429, -0.1380057072319758],
  [1.1082251448272158, -0.10275976698545139],
  [1.0711297413057381, -0.06871392447020525],
  [1.036437278977283, -0.0357891387398228],
  [1.0, 0.0],
  [0.9492859795739057, 0.05204517742929496],
  [0.8951049428609004, 0.11081431298787942],
  [0.8476821620351103, 0.1652495223695143],
  [0.8050314851692001, 0.21687389031699977],
  [0.7664671008843108, 0.2659635028121397],
  [0.731428603316328, 0.3127556664073557],
] as const;

const ROUND_TO_INTEGER = 6755399441055744; // 1.5 * 2^52

/** exp(x) for x <= 0. */
export function exponentialOf(x: number): number {
  if (!(x > -104)) return 0;
  const steps = x * 46.16624130844683; // 32 / ln 2
  const whole = steps + ROUND_TO_INTEGER - ROUND_TO_INTEGER;
  const r = steps - whole;
  const power = (TWO_TO[whole & 31] ?? 1) * 2 ** (whole >> 5);
  const high = 1.6938359250920212e-6 * r + 0.00023459809789509004;
  const low = 0.021660849396613134 * r + 1;
  return Math.fround((high * (r * r) + low) * power);
}

/** ln(x) for x >= 1. */
export function logarithmOfReal(x: number): number {
  const least = 0x3f330000; // 0.7
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, x);
  const above = view.getUint32(0) - least;
  const [inverse, log] = LOG_TABLE[(above >> 19) & 15] ?? [1, 0];
  const exponent = above >> 23;
  const mantissa = x / 2 ** exponent;
  const r = mantissa * inverse - 1;
  const base = log + exponent * Math.LN2;
  const r2 = r * r;
  const high = 0.333456765744066 * r - 0.4999997485802103;
  return Math.fround((high - 0.25089342214237154 * r2) * r2 + (base + r));
}

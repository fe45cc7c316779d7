export { type CodeParams, codeOf, readRootBelow, routeByCode } from '../../platform/http/codes.ts'
